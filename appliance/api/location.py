"""The location that a request means: there is one here, and another one is not found."""

from typing import Annotated

from msgspec import Meta, Struct

from appliance.api.errors import ApiError


class LocationQuery(Struct, forbid_unknown_fields=True):
    """Of which location; there is one here."""

    location_id: Annotated[str | None, Meta(description="by default this appliance's")] = None


def require_here(asked: str | None, here: str) -> None:
    """Raise 404 for any other location; None is this one."""
    if asked not in (None, here):
        raise ApiError(404, "NOT_FOUND", f"location {asked!r} is not here")
