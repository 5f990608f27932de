"""What is answered, whole and not yet sent: so that it can be sent again."""

from typing import Final

from aiohttp import web
from msgspec import Struct

JSON: Final = "application/json"


class Result(Struct, frozen=True, array_like=True):
    """An answer. `body` is JSON; None for none."""

    status: int
    body: bytes | None
    headers: dict[str, str] = {}
    """Those that the answer has besides the usual ones."""

    def response(self) -> web.Response:
        """To be sent once; for each sending a new one."""
        kind = None if self.body is None else JSON
        return web.Response(
            body=self.body, status=self.status, content_type=kind, headers=self.headers
        )
