"""Who somebody with a valid token is, and what that allows."""

from collections.abc import Collection
from typing import Final

from msgspec import Struct

from appliance.api.auth.tokens import Proof
from appliance.api.errors import ApiError

MANAGERS: Final = frozenset({"manager", "owner", "tenant_admin"})
KITCHEN: Final = MANAGERS | {
    "kitchen",
    "kitchen_staff",
    "chef",
    "sous_chef",
    "line_cook",
    "expeditor",
}
READ_ONLY: Final = frozenset({"server", "pos_staff"})
ROLES: Final = KITCHEN | READ_ONLY


class Caller(Struct, frozen=True):
    """Somebody with a valid token."""

    subject: str
    roles: frozenset[str]
    stations: frozenset[str] | None
    """The only stations that the token is good for; None for all of them."""
    expires_at: float | None
    """Unix seconds; None for a device, whose token ends when it is revoked."""
    token_id: str
    """Names the token without giving it away: its `jti`, or the id of a device."""
    proof: Proof | None = None
    """None for a device."""

    @property
    def device(self) -> str | None:
        """The id of the device; None for a person, a program, whoever has a signed token."""
        return self.token_id if self.proof is None else None

    def sees(self, station: str) -> bool:
        """Whether the token is good for this station."""
        return self.stations is None or station in self.stations

    def require(self, roles: Collection[str], station: str | None = None) -> None:
        """Raise 403 for whoever has none of these roles, or not this station."""
        if not self.roles & frozenset(roles):
            needed = ", ".join(sorted(roles))
            raise ApiError(403, "FORBIDDEN", f"this needs one of the roles {needed}")
        if station is not None and not self.sees(station):
            raise ApiError(403, "FORBIDDEN", f"this token is not for station {station!r}")

    def require_everywhere(self, roles: Collection[str]) -> None:
        """As `require`, and 403 for whoever is kept to some stations."""
        self.require(roles)
        if self.stations is not None:
            raise ApiError(403, "FORBIDDEN", "this needs a token that is for every station")
