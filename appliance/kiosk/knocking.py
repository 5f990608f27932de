"""One knock at a hub's door: who this screen is and how it does, out; adopted or a code, in.

What answers may be anybody: it is given nothing but that, and its own token; what it says is
bounded and checked, and it is followed nowhere else.
"""

import os
from typing import Annotated, Final

import aiohttp
import msgspec
from msgspec import Meta, Struct

from appliance.config import Site
from appliance.kiosk.kept import Token
from appliance.screens_now import ScreenHealth

ANSWER_SECONDS: Final = 1.8
"""Less than lies between two knocks: none waits for another."""
MOST_ANSWER: Final = 64 * 1024
"""Bytes; what is said of an adopted screen takes less than one kilobyte."""
_CHUNK: Final = 4096
_HEADERS: Final = {"Accept-Encoding": "identity"}
"""What is packed could be endless."""


class New(Struct, frozen=True, tag="new", tag_field="state"):
    """It is to be adopted by this code."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    token: Token | None = None
    """To be known by; None for the one that came along."""


class Adopted(Struct, frozen=True, tag="adopted", tag_field="state"):
    """It belongs to this hub."""

    unpainted_for: Annotated[float, Meta(ge=0)] | None = None
    """Seconds since its page last said what it shows; None for never."""
    sign_in: Annotated[str, Meta(pattern=r"^/[^/\\][\x21-\x7e]{0,500}\Z")] | None = None
    """A path of the hub that signs a browser in as this screen, once."""


class Question(Struct, frozen=True, omit_defaults=True):
    """What a knock says."""

    screen_id: str
    name: str
    health: ScreenHealth
    link: bool = False
    """Whether a link is wanted that signs the browser in."""


class Silent(Exception):
    """Nothing that could be understood came; the text says why."""


_answers: Final[msgspec.json.Decoder[New | Adopted]] = msgspec.json.Decoder(New | Adopted)


def caller() -> aiohttp.ClientSession:
    """What knocks are sent with."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers=_HEADERS,
    )


async def knock(
    session: aiohttp.ClientSession, site: Site, api: str, question: Question, token: str | None
) -> New | Adopted:
    """What the hub there answers. Raises Silent."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        async with session.post(
            f"{site}{api}/screens/knock",
            data=msgspec.json.encode(question),
            headers=headers,
            allow_redirects=False,  # The token is for nobody else.
        ) as answer:
            if answer.status != 200:  # noqa: PLR2004 - HTTP's own
                raise Silent(_refused(answer.status))
            return _answers.decode(await _body(answer))
    except TimeoutError:
        raise Silent("it does not answer") from None
    except aiohttp.ClientConnectorCertificateError:
        raise Silent("its certificate is not trusted by this machine") from None
    except aiohttp.ClientConnectorDNSError:
        raise Silent("there is nobody of that name") from None
    except (aiohttp.ClientError, OSError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = os.strerror(number) if number else "it answers nothing that could be understood"
        raise Silent(reason) from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Silent("it answers as no kitchen does") from None


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """All of it. Raises Silent."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MOST_ANSWER:
            raise Silent("it answers without an end")
    return bytes(body)


def _refused(status: int) -> str:
    if status == 429:  # noqa: PLR2004 - HTTP's own
        return "it is asked too often"
    return f"it answers {status}"
