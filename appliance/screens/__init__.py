"""Screens: found, adopted, alive or known to be dead, never out of step.

    mdns, beacons ▶ sightings ─┐
    boards that knock ▶ knocks ┴▶ screens to adopt ─ a manager ▶ registry
    pages that say what they show, LAN screens that answer ▶ liveness ▶ ScreensNow
    log ▶ feeder, one per LAN screen ─ creates, updates, cancels ▶ its port

`rounds.py` looks after all of them, again and again; `screens.py` joins the parts, and is what the
API asks.
"""
