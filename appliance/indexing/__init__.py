"""Indexes over the log: files that follow it, tell what it says, and can be made again from it.

log, feed ──▶ Follower ──▶ an index file of its own ──▶ whoever asks

`IndexFile` is such a file, `Follower` keeps it up and asks it; `history` and `reports` say what
is in theirs.
"""

from appliance.indexing.file import Damaged, IndexFile
from appliance.indexing.follower import Behind, Follower, IndexStatus

__all__ = ["Behind", "Damaged", "Follower", "IndexFile", "IndexStatus"]
