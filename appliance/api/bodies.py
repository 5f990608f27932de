"""The JSON body of a request as the struct that it should be; what is wrong is named."""

from typing import TypeVar

import msgspec
from aiohttp import web

from appliance.api.errors import ApiError, invalid

Body = TypeVar("Body")


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The JSON body as that struct. Raises ApiError 400, 413, 415."""
    if request.content_type not in ("application/json", "application/octet-stream"):
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "send application/json")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        field = path.strip("`").removeprefix("$.") or _named(message)
        raise invalid(field, message) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, "INVALID_JSON", f"the body is no JSON: {error}") from error


def _named(message: str) -> str:
    """The field that a message about a missing or unknown one names."""
    return message.split("`")[1] if "field `" in message else "body"
