"""What the appliance knows of itself and its network: for a manager, and for whoever helps one."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from appliance.api.auth import MANAGERS
from appliance.api.operation import Call, Operation

Parts = Mapping[str, Callable[[], object]]
"""By name, what tells how a part is: a struct that can be encoded."""


class Status:
    """The operation. Parts may be added as they come up."""

    def __init__(self, parts: Parts, kind: type[Struct]) -> None:
        """`kind` has a field for each part that there can be."""
        self._parts = parts
        self._kind = kind

    def operations(self) -> list[Operation]:
        """One, for managers: what was refused may hold names and numbers of guests."""
        return [Operation("GET", "/status", self.status, MANAGERS, self._kind, everywhere=True)]

    async def status(self, _call: Call) -> Struct:
        """Every part of the appliance as it is now."""
        return self._kind(**{name: tell() for name, tell in self._parts.items()})
