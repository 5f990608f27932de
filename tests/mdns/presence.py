"""What a machine that runs `tests.mdns.present` shows, line by line."""

from collections.abc import Callable

import msgspec

from tests.network import Host, Program


class Found(msgspec.Struct, frozen=True):
    """One service of others."""

    type: str
    instance: str
    host: str
    addresses: tuple[str, ...]
    port: int
    text: dict[str, str]


class Shown(msgspec.Struct, frozen=True):
    """All that the network shows at a moment."""

    host: str
    renamed_because: str
    not_because: str
    found: tuple[Found, ...]

    def of(self, identifier: str) -> Found | None:
        """The only service with that id."""
        ours = [one for one in self.found if one.text["id"] == identifier]
        return ours[0] if len(ours) == 1 else None


class Present:
    """A machine of ours among others."""

    def __init__(self, host: Host, identifier: str, name: str, wanted: str = "expeditor") -> None:
        self.program: Program = host.start("tests.mdns.present", identifier, wanted, name)
        self._shown = self._next()

    def until(self, is_so: Callable[[Shown], object]) -> Shown:
        """What it shows now, if this is true of that, else the first thereafter."""
        while not is_so(self._shown):
            self._shown = self._next()
        return self._shown

    def _next(self) -> Shown:
        return msgspec.json.decode(self.program.line(), type=Shown)
