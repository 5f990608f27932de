"""What became of the chits since the start: counted, by printer."""

import logging
from collections import Counter

from appliance.kitchen.ticket import Moment
from appliance.printing.jobs import Job, ended
from appliance.printing.spool import Spool

logger = logging.getLogger(__name__)


class Tally:
    """Since the start of the service."""

    def __init__(self) -> None:
        self.printed = Counter[str]()
        """Chits that came out of a printer, by printer, as the next."""
        self.reprinted = Counter[str]()
        """Those of them that carried REPRINT."""
        self.handed_over = Counter[str]()
        """Chits for a printer that came out of another."""
        self.dropped = Counter[str]()
        """Chits for a printer that came out of none, as the next."""
        self.lost = Counter[str]()
        """Those of them that nobody threw away."""

    def count(self, job: Job, at: str) -> None:
        """A job came out of a printer."""
        self.printed[at] += 1
        self.reprinted[at] += job.reprint
        self.handed_over[job.printer] += at != job.printer

    def drop(self, spool: Spool, job: Job, now: Moment, *, by_hand: bool = False) -> None:
        """Throw a job away."""
        self.dropped[job.printer] += 1
        if not by_hand:
            self.lost[job.printer] += 1
            logger.warning("chit %d for printer %s is given up", job.id, job.printer)
        spool.put(ended(job, "dropped", now))
