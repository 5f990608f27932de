"""Tickets that are in the kitchen's memory no more: listed by an index that follows the log.

log, feed ──▶ history (an index of its own) ──▶ api
                    │ by sequence number
                    ▼
                   log
"""

from appliance.history.history import History
from appliance.history.index import Place
from appliance.history.joined import Finished

__all__ = ["Finished", "History", "Place"]
