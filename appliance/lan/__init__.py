"""The LAN order protocol as a library: JSON objects over TCP, port 9104, and who speaks it.

`framing.py` splits bytes into objects, `schema.py` says what they look like, `messages.py`
turns them into the kitchen's commands, `replies.py` turns its answers into bytes,
`client.py` speaks the other side. `beacon.py` is the datagram by which speakers of the
protocol find each other, `presence.py` sends and hears it, `neighbours.py` remembers whom.
"""

PORT = 9104
