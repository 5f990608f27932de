"""Set-up: the appliance's own configuration, read, checked, and put in the place of the one before.

A manager changes a document as he likes, and has it checked; the service begins anew with it when
it is put in force, in the same process and on the same ports.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from appliance.api.auth import MANAGERS
from appliance.api.errors import ApiError
from appliance.api.operation import Answer, Call, Operation
from appliance.api.routed_json import RoutedJson
from appliance.api.routing import Routing, TestedOrder
from appliance.log import NotStored
from appliance.setup import (
    CannotSetUp,
    CheckedJson,
    ChoicesJson,
    Document,
    FindingJson,
    ImportJson,
    KitchenJson,
    SetUp,
    SetUpJson,
    WrongDocument,
)

MOST_BYTES: Final = 16_000_000
"""Of a whole kitchen: its menu is the most of it."""


class DocumentBody(Struct, forbid_unknown_fields=True):
    """A configuration."""

    document: Document
    """In the shape of the TOML file; a key that is null is as one that is left out."""


class SetUpBody(Struct, forbid_unknown_fields=True):
    """A configuration to be put in force."""

    document: Document
    revision: str
    """Of the one that it takes the place of, as it was read."""


class DraftedOrder(TestedOrder, kw_only=True, rename="camel"):
    """An order to be tried out by a configuration that is not in force."""

    document: Document


class ImportQuery(Struct, forbid_unknown_fields=True):
    """Whether to do it."""

    check: bool = False


class RevisionJson(Struct):
    """What is to be in force."""

    revision: str


class SetUpResource:
    """The operations, for one appliance."""

    def __init__(self, setup: SetUp, routing: Routing) -> None:
        """`routing` explains where an order goes."""
        self._setup = setup
        self._routing = routing

    def operations(self) -> list[Operation]:
        """Read, check, put in force, try out, and what to choose from."""
        return [
            Operation("GET", "/setup", self.show, MANAGERS, SetUpJson, everywhere=True),
            Operation(
                "POST",
                "/setup/check",
                self.check,
                MANAGERS,
                CheckedJson,
                body=DocumentBody,
                everywhere=True,
                changes_nothing=True,
            ),
            Operation(
                "PUT",
                "/setup",
                self.put,
                MANAGERS,
                RevisionJson,
                body=SetUpBody,
                status=202,
                errors=(409, 503),
                everywhere=True,
            ),
            Operation(
                "POST",
                "/setup/route",
                self.route,
                MANAGERS,
                list[RoutedJson],
                body=DraftedOrder,
                lenient=True,
                everywhere=True,
                changes_nothing=True,
            ),
            Operation(
                "GET",
                "/setup/export",
                self.export,
                MANAGERS,
                KitchenJson,
                errors=(503,),
                headers={"Content-Disposition": "the name of the file"},
                everywhere=True,
            ),
            Operation(
                "POST",
                "/setup/import",
                self.take,
                MANAGERS,
                ImportJson,
                query=ImportQuery,
                body=KitchenJson,
                most_bytes=MOST_BYTES,
                errors=(409, 503),
                everywhere=True,
            ),
            Operation(
                "GET", "/setup/choices", self.choices, MANAGERS, ChoicesJson, everywhere=True
            ),
        ]

    async def show(self, _call: Call) -> SetUpJson:
        """The configuration, in the shape of its file, and what is wrong with it."""
        return await self._setup.now()

    async def check(self, call: Call) -> CheckedJson:
        """What is wrong with a configuration, and what is doubtful; changes nothing."""
        return await self._setup.check(call.body.document)

    async def put(self, call: Call) -> RevisionJson:
        """Have the service begin anew with this configuration.

        It takes about a second, in which nothing that was acknowledged is lost, and whoever
        connects waits. One that cannot start is left to be mended, and the one before runs on:
        then `GET /setup` says why. 409 where it was changed since it was read, and where an
        installer has given it as a file. What names files or programs of the machine cannot be
        set here.
        """
        try:
            revision = await self._setup.put(
                call.body.document, call.body.revision, call.caller.subject
            )
        except WrongDocument as error:
            raise wrong(error) from error
        except CannotSetUp as error:
            raise ApiError(409, "CONFLICT", str(error)) from error
        except NotStored:
            raise
        except OSError as error:
            raise not_written(error) from error
        return RevisionJson(revision)

    async def route(self, call: Call) -> list[RoutedJson]:
        """Where the items of an order would go by a configuration that is not in force, and why.

        With the stations, rules and menu that programs made; changes nothing.
        """
        order = self._routing.tried(call.body)
        async with self._routing.turn():
            try:
                router, learned = await self._setup.router(call.body.document)
            except WrongDocument as error:
                raise wrong(error) from error
            return await self._routing.explained(router, learned, order)

    async def export(self, _call: Call) -> Answer:
        """All that makes this kitchen this kitchen, as one file.

        The configuration, stations, rules and menu that programs made, PINs as hashes, adopted
        screens and the hashes of their tokens, and who the appliance is on the network. Without
        orders, without the secret that tokens are signed with, without certificates.
        """
        kitchen = await self._setup.whole()
        disposition = 'attachment; filename="kitchen.json"'
        return Answer(kitchen, {"Content-Disposition": disposition})

    async def take(self, call: Call) -> ImportJson:
        """Have the service begin anew with all that such a file has.

        What it names takes the place of what is there; of what it does not name nothing changes.
        With `check`, it only tells what it has and what is wrong. The appliance takes over who the
        other was: that one is not to run any more.
        """
        kitchen: KitchenJson = call.body
        if call.query.check:
            return await self._setup.check_whole(kitchen)
        try:
            return await self._setup.take_whole(kitchen, call.caller.subject)
        except WrongDocument as error:
            raise wrong(error) from error
        except CannotSetUp as error:
            raise ApiError(409, "CONFLICT", str(error)) from error
        except NotStored:
            raise
        except OSError as error:
            raise not_written(error) from error

    async def choices(self, _call: Call) -> ChoicesJson:
        """What can be chosen in a configuration, and what is plugged in at the moment."""
        return await self._setup.choices()


def wrong(error: WrongDocument) -> ApiError:
    """The error for a document that cannot be used."""
    faults: Sequence[FindingJson] = error.faults
    errors = [{"key": fault.key, "message": fault.message} for fault in faults]
    return ApiError(400, "VALIDATION_ERROR", str(error), {"errors": errors})


def not_written(error: OSError) -> ApiError:
    """The error for a disk that does not take it."""
    message = f"the configuration cannot be written: {error.strerror or error}"
    return ApiError(503, "SERVICE_UNAVAILABLE", message, headers={"Retry-After": "2"})
