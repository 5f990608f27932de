"""Ticket events as they happen: from the feed to listeners, by server-sent events or WebSocket.

GET /events    `listener` tells what there is to hear; `sse` and `websocket` carry it
"""

from appliance.api.events.handler import Events
from appliance.api.events.messages import About

__all__ = ["About", "Events"]
