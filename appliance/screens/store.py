"""What LAN screens have, on disk: one SQLite file, of one thread; everything blocks.

    shown      by screen and order's number: `OnScreen`
    position   how far each screen was in step with the log

Written a second after it changed, at the latest: what was sent within that is found again in the
log from `position` on, and counts as known to nobody. Guests are not named in it.
"""
