"""Ticket printers: what happens to tickets goes in, chits come out, each once or marked.

log ─ changes ▶ wanted ─ chits ▶ spool (durable) ─ jobs ▶ worker ─ layout, encoding ▶ a printer
"""
