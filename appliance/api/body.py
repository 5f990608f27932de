"""The body of a request, whole: how it came is the sender's business, and never a fault of ours."""

from typing import Final

from aiohttp import hdrs, web

from appliance.api.errors import ApiError

_ENCODINGS: Final = ("", "identity", "gzip", "deflate")
"""What aiohttp undoes by itself."""


async def read(request: web.Request) -> bytes:
    """All of it, decompressed. Raises ApiError 400, 413, 415."""
    encoding = request.headers.get(hdrs.CONTENT_ENCODING, "").strip().lower()
    if encoding not in _ENCODINGS:
        message = f"{hdrs.CONTENT_ENCODING}: send gzip, deflate or none"
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", message)
    try:
        return await request.read()
    except web.RequestPayloadError as error:
        message = "the body cannot be read: it is not as its headers say"
        # What comes after it on this connection cannot be read either.
        headers = {"Connection": "close"}
        raise ApiError(400, "VALIDATION_ERROR", message, headers=headers) from error
    except ConnectionError as error:  # Nobody hears this any more.
        message = "the connection was cut within the body"
        raise ApiError(400, "VALIDATION_ERROR", message) from error
