"""Ticket printers: what is to be on paper goes in, what became of it comes out.

paper ─ encoding ▶ bytes ─ driver ▶ transport ▶ the printer ▶ status ▶ driver ▶ its state
"""
