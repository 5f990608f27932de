"""The pure core: a command and the moment go in, a reply and events come out.

No clock, no I/O, no asyncio and no configuration file in here. `kitchen.py` is the way in:
`ordering.py`, `cooking.py`, `moving.py`, `homing.py` and `undoing.py` decide, `memory.py`
remembers, `boards.py` has what is live, `ticket.py` and `order.py` are what it is about,
`working.py` what can be done to a ticket, `event.py` what goes into the log. `following.py` and
`timing.py` say what that means for the rest of an order, `update.py` and `comparison.py` what a
change of it does.
`layout.py` has the stations and rules in force, `offering.py` the menu; `rule.py` is what a rule
is, `reading.py` how they are read, `routing.py` where an item goes, `explaining.py` why, and
`doubting.py` which rules cannot be meant; `balancing.py` shares work among stations, and
`learning.py` knows how long things took. `README.md` is the guide.
"""
