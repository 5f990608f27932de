"""The cook's hand: gestures of buttons and bump bars become commands, lamps follow the log.

hardware ─ gestures ▶ Panel ─ commands ▶ kitchen ─ events ▶ log ─▶ Panel ─ patterns ▶ lamps
"""
