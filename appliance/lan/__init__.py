"""The LAN order protocol as a library: JSON objects over TCP, port 9104.

`framing.py` splits bytes into objects, `schema.py` says what they look like, `messages.py`
turns them into the kitchen's commands, `replies.py` turns its answers into bytes,
`client.py` speaks the other side.
"""

PORT = 9104
