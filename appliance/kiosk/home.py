"""How it is with the hub that has adopted this screen."""

import logging
from time import monotonic

from msgspec import Struct

from appliance.kiosk.kept import KnownHub
from appliance.kiosk.knocking import Adopted

logger = logging.getLogger(__name__)


class Home(Struct):
    """It answers, or since when it does not. Times are monotonic."""

    hub: KnownHub
    answering_since: float | None = None
    """None while it does not answer."""
    silent_since: float | None = None
    why: str = ""
    """It does not answer, in words."""
    unpainted_for: float | None = None
    """Seconds, as it said last."""

    def answers(self, answer: Adopted) -> None:
        """It knows this screen."""
        if self.answering_since is None:
            logger.info("%s answers", self.hub.site)
            self.answering_since, self.silent_since, self.why = monotonic(), None, ""
        self.unpainted_for = answer.unpainted_for

    def does_not_answer(self, why: str) -> None:
        """Or nothing that could be believed."""
        if self.silent_since is None:
            self.silent_since, self.answering_since = monotonic(), None
            logger.warning("%s is not reached: %s", self.hub.site, why)
        self.why = why
