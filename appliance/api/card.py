"""The card that the appliance runs from: a bundle comes in by pieces, is installed, and begins."""

from typing import Annotated

from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS
from appliance.api.errors import ApiError
from appliance.api.operation import Call, Operation
from appliance.api.times import Time, iso
from appliance.card_now import (
    LARGEST,
    LARGEST_PIECE,
    CannotUpdate,
    Card,
    Update,
    UpdateState,
    WrongPlace,
)


class PieceQuery(Struct, forbid_unknown_fields=True):
    """Where a piece belongs."""

    offset: Annotated[int, Meta(ge=0, le=LARGEST)] = 0
    """Bytes from the begin of the bundle."""


class UpdateJson(Struct):
    """What became of the last update."""

    state: Annotated[
        UpdateState,
        Meta(
            description="ready: it begins with the next start; failed: nothing was changed; came"
            " back: it did not come up, and the version before runs again"
        ),
    ]
    version: str
    before: Annotated[str, Meta(description="the version that ran when it was installed")]
    at: Time
    why: Annotated[str, Meta(description="why it failed; else empty")]


class CardJson(Struct):
    """The card."""

    update: UpdateJson | None


class ThereJson(Struct):
    """How much of a bundle is there."""

    size: int
    """Bytes; the next piece begins at it."""


class BundleBody(Struct, forbid_unknown_fields=True):
    """A bundle that is wholly there."""

    size: Annotated[int, Meta(ge=1)]
    """Bytes."""


class CardResource:
    """The operations, for one appliance."""

    def __init__(self, card: Card) -> None:
        self._card = card

    def operations(self) -> list[Operation]:
        """Look, take a piece, install, start again."""
        return [
            Operation(
                "GET", "/card", self.show, MANAGERS, CardJson, errors=(409,), everywhere=True
            ),
            Operation(
                "PUT",
                "/card/bundle",
                self.take,
                MANAGERS,
                ThereJson,
                query=PieceQuery,
                takes_bytes=LARGEST_PIECE,
                errors=(409,),
                everywhere=True,
            ),
            Operation(
                "POST",
                "/card/update",
                self.install,
                MANAGERS,
                CardJson,
                body=BundleBody,
                status=202,
                errors=(409,),
                everywhere=True,
            ),
            Operation(
                "POST",
                "/card/restart",
                self.restart,
                MANAGERS,
                CardJson,
                status=202,
                errors=(409,),
                everywhere=True,
            ),
        ]

    async def show(self, _call: Call) -> CardJson:
        """What became of the last update."""
        if not self._card.is_there:
            raise ApiError(409, "CONFLICT", "this appliance runs from no card")
        return self._told()

    async def take(self, call: Call) -> ThereJson:
        """A piece of a signed bundle, of at most 1 MiB.

        The piece at 0 begins anew. 409 says in `details.size` where the next one has to begin.
        """
        try:
            return ThereJson(await self._card.take(call.query.offset, call.body))
        except (CannotUpdate, WrongPlace) as error:
            raise _conflict(error) from error

    async def install(self, call: Call) -> CardJson:
        """Install what came in, if its signature is good; it begins with the next start.

        The kitchen goes on meanwhile. `GET /card` tells what becomes of it.
        """
        try:
            await self._card.install(call.body.size)
        except (CannotUpdate, WrongPlace) as error:
            raise _conflict(error) from error
        return self._told()

    async def restart(self, _call: Call) -> CardJson:
        """Start the machine again: nobody can cook for a minute or two."""
        try:
            await self._card.restart()
        except CannotUpdate as error:
            raise _conflict(error) from error
        return self._told()

    def _told(self) -> CardJson:
        return CardJson(update_json(self._card.update))


def _conflict(error: CannotUpdate | WrongPlace) -> ApiError:
    details = {"size": error.size} if isinstance(error, WrongPlace) else None
    return ApiError(409, "CONFLICT", str(error), details)


def update_json(update: Update | None) -> UpdateJson | None:
    """As the API tells it."""
    if update is None:
        return None
    return UpdateJson(update.state, update.version, update.before, iso(update.at), update.why)
