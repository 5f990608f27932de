"""Errors of the API: one flat JSON object, whatever went wrong and wherever.

ApiError  400 VALIDATION_ERROR / INVALID_JSON, 401 UNAUTHORIZED / INVALID_TOKEN /
          TOKEN_EXPIRED, 403 FORBIDDEN, 404 NOT_FOUND, 405 METHOD_NOT_ALLOWED,
          409 CONFLICT, 413 CONTENT_TOO_LARGE, 415 UNSUPPORTED_MEDIA_TYPE,
          429 TOO_MANY_REQUESTS, 500 INTERNAL_SERVER_ERROR, 503 SERVICE_UNAVAILABLE
"""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from random import getrandbits
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from msgspec import Meta, Struct

from appliance.api.result import Result
from appliance.indexing import Behind
from appliance.kitchen.command import Refused
from appliance.log import NotStored, Unreadable

logger = logging.getLogger(__name__)

HEADER: Final = "X-Request-ID"
REQUEST_ID: Final = web.RequestKey("request_id", str)
_ACCEPTABLE_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_HEADERS_TO_KEEP: Final = ("Allow", "WWW-Authenticate", "Retry-After")

_CONFLICTS: Final = frozenset(
    {
        "read_only",
        "in_use",
        "id_taken",
        "too_many",
        "cannot_move",
        "nothing_to_undo",
        "cannot_undo",
    }
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


Code = Literal[
    "VALIDATION_ERROR",
    "INVALID_JSON",
    "UNAUTHORIZED",
    "INVALID_TOKEN",
    "TOKEN_EXPIRED",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "CONFLICT",
    "CONTENT_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "TOO_MANY_REQUESTS",
    "INTERNAL_SERVER_ERROR",
    "SERVICE_UNAVAILABLE",
]
"""What programs go by; a message is for people, and may change."""


class ErrorJson(Struct):
    """What is sent for every error."""

    error: str
    """In words."""
    code: Code
    message: str
    details: dict[str, Any]
    request_id: str
    timestamp: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


Json = TypeVar("Json", bound=ErrorJson)


class ApiError(Exception):
    """A request that cannot be answered as asked."""

    def __init__(
        self,
        status: int,
        code: Code,
        message: str,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details or {}
        self.headers = headers or {}


def refused(refusal: Refused) -> ApiError:
    """The error for what the kitchen refuses."""
    if refusal.reason == "cannot_amend":
        return invalid("itemsToUpdate", refusal.message)
    details: dict[str, Any] = {"reason": refusal.reason}
    if refusal.reason == "wrong_state":
        details |= {"from": refusal.from_status, "to": refusal.to_status}
        if refusal.stations:
            details["stations"] = list(refusal.stations)
        return ApiError(409, "CONFLICT", refusal.message, details)
    if refusal.reason in _CONFLICTS:
        return ApiError(409, "CONFLICT", refusal.message, details)
    return ApiError(404, "NOT_FOUND", refusal.message, details)


def still_indexing(behind: Behind) -> ApiError:
    """The error for what an index cannot answer yet; `details` says how far it is."""
    return ApiError(
        503,
        "SERVICE_UNAVAILABLE",
        str(behind),
        {"indexed": behind.indexed, "of": behind.of},
        {"Retry-After": "5"},
    )


def invalid(field: str, message: str, **details: Any) -> ApiError:
    """The error for a value that is not allowed."""
    return ApiError(400, "VALIDATION_ERROR", f"{field}: {message}", {"field": field, **details})


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every request its id, and every error its form."""
    request_id = identify(request)
    try:
        return await handler(request)
    except ApiError as error:
        return result(request_id, error).response()
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            return error
        return result(request_id, of_aiohttp(error)).response()
    except (NotStored, Unreadable) as error:
        if isinstance(error, NotStored):
            message = f"nothing can be stored at present: {error}"
        else:  # What it says is for who looks after the appliance: it names its files.
            logger.warning("what is stored could not be read, request %s: %s", request_id, error)
            message = "what is stored cannot be read at present"
        wait = {"Retry-After": "2"}
        unavailable = ApiError(503, "SERVICE_UNAVAILABLE", message, headers=wait)
        return result(request_id, unavailable).response()
    except Exception:
        resource = request.match_info.route.resource
        # Not the path itself: ids of orders may be personal.
        path = resource.canonical if resource is not None else "(no such path)"
        logger.exception("%s %s failed, request %s", request.method, path, request_id)
        return result(request_id, fault()).response()


def identify(request: web.BaseRequest) -> str:
    """Take the id that a request brought, or make one; what labels its answer."""
    asked = request.headers.get(HEADER, "")
    request_id = asked if _ACCEPTABLE_ID.fullmatch(asked) else f"{getrandbits(128):032x}"
    request[REQUEST_ID] = request_id
    return request_id


def fault() -> ApiError:
    """The error for a fault of ours, which tells nothing of it."""
    message = "something went wrong here; the log has it under this request's id"
    return ApiError(500, "INTERNAL_SERVER_ERROR", message)


class WithoutWhatWasSent(logging.Filter):
    """Takes out of aiohttp's log what it repeats of a request that is no HTTP: tokens.

    And that it could not read the rest of a body, which has been answered, and is no fault.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every other record, but not the words of such an error."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, web.RequestPayloadError):
            return False
        if isinstance(error, HttpProcessingError):
            record.msg, record.args = f"{record.getMessage()}: {type(error).__name__}", ()
            record.exc_info = None
        return True


logging.getLogger("aiohttp.server").addFilter(WithoutWhatWasSent())


async def label(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Put the request's id on every answer, also on one that streams; no cache keeps it."""
    response.headers[HEADER] = request.get(REQUEST_ID) or identify(request)
    response.headers.setdefault("Cache-Control", "no-store")


_CODES: Final[dict[int, Code]] = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "CONTENT_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    503: "SERVICE_UNAVAILABLE",
}


def of_aiohttp(error: web.HTTPException) -> ApiError:
    """The error for one that aiohttp raised."""
    code = _CODES.get(error.status, "VALIDATION_ERROR")
    headers = {name: error.headers[name] for name in _HEADERS_TO_KEEP if name in error.headers}
    return ApiError(error.status, code, error.reason, headers=headers)


def result(request_id: str, error: ApiError) -> Result:
    """What is answered for an error."""
    body = msgspec.json.encode(told(error, request_id, ErrorJson))
    return Result(error.status, body, error.headers)


def told(error: ApiError, request_id: str, kind: type[Json]) -> Json:
    """An error as it is sent: as an `ErrorJson`, or in a struct with its fields and more."""
    return kind(
        error=error.code.replace("_", " ").capitalize(),
        code=error.code,
        message=str(error),
        details=error.details,
        request_id=request_id,
        timestamp=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
