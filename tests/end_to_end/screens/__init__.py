"""A kitchen of hosts: a hub, five screens, a point of sale and a stranger, on one switch.

`board.py`, `lan.py`, `stranger.py` and `till.py` are the programs that run in them; each tells
what it shows in a file of its own (`telling.py`), so that it is known also of one that was killed.
`kitchen.py` starts them, breaks them, and compares what they show with what the hub has.
"""
