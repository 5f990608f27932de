"""The pure core: a command and the moment go in, a reply and events come out.

No clock, no I/O, no asyncio and no configuration file in here. `kitchen.py` decides,
`ticket.py` and `order.py` are what it decides about, `event.py` is what it remembers.
`layout.py` has the stations and rules in force, `rule.py` and `routing.py` what they do.
"""
