"""One knock at a hub's door: who this screen is and how it does, out; adopted or a code, in.

What answers may be anybody: it is given nothing but that, and the token that it gave; what it says
is bounded and checked, and it is followed nowhere else. Who is to get the token of another first
proves to have it as well (see `screen_proof`).
"""

import hmac
import os
import secrets
from typing import Annotated, Final, NamedTuple

import aiohttp
import msgspec
from msgspec import Meta, Struct

from appliance.config import Site
from appliance.kiosk.kept import Token
from appliance.screen_proof import hash_of, proof
from appliance.screens_now import ScreenHealth

ANSWER_SECONDS: Final = 1.8
"""Less than lies between two knocks: none waits for another."""
MOST_ANSWER: Final = 64 * 1024
"""Bytes; what is said of an adopted screen takes less than one kilobyte."""
_CHUNK: Final = 4096
_NO_KITCHEN: Final = "it answers as no kitchen does"
_HEADERS: Final = {"Accept-Encoding": "identity"}
"""What is packed could be endless."""


class Kitchen(Struct, frozen=True):
    """Who answers, as it says."""

    id: str
    name: str


class New(Struct, frozen=True, tag="new", tag_field="state"):
    """It is to be adopted by this code."""

    kitchen: Kitchen
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    token: Token | None = None
    """To be known by; None for the one that came along."""


class Adopted(Struct, frozen=True, tag="adopted", tag_field="state"):
    """It belongs to this hub."""

    kitchen: Kitchen
    unpainted_for: Annotated[float, Meta(ge=0)] | None = None
    """Seconds since its page last said what it shows; None for never."""
    sign_in: Annotated[str, Meta(pattern=r"^/[^/\\][\x21-\x7e]{0,500}\Z")] | None = None
    """A path of the hub that signs a browser in as this screen, once."""


class _Proof(Struct, frozen=True, tag="proof", tag_field="state"):
    kitchen: Kitchen
    at: str
    proof: Annotated[str, Meta(max_length=64)] | None = None


class Recognition(NamedTuple):
    """What somebody knows of this screen and its token, who got neither."""

    kitchen: Kitchen
    at: str
    """The address of its own that was asked. Proven if `knows`, else a claim."""
    knows: bool
    """Whether it has adopted this screen with that token."""


class Question(Struct, frozen=True, omit_defaults=True):
    """What a knock says."""

    screen_id: str
    name: str
    health: ScreenHealth
    link: bool = False
    """Whether a link is wanted that signs the browser in."""


class _Doubt(Struct, frozen=True):
    screen_id: str
    nonce: str


class Silent(Exception):
    """Nothing that could be understood came; the text says why."""


_Answer = New | Adopted | _Proof
_answers: Final[msgspec.json.Decoder[_Answer]] = msgspec.json.Decoder(_Answer)


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
    answer = await _ask(session, site, api, question, token)
    if isinstance(answer, _Proof):
        raise Silent(_NO_KITCHEN)
    return answer


async def recognition(
    session: aiohttp.ClientSession, site: Site, api: str, screen: str, token: str
) -> Recognition:
    """Whether the hub there has adopted this screen with this token. Raises Silent."""
    nonce = secrets.token_hex(16)
    answer = await _ask(session, site, api, _Doubt(screen, nonce), None)
    if not isinstance(answer, _Proof):
        raise Silent(_NO_KITCHEN)
    wanted = proof(hash_of(token), screen, nonce, answer.at)
    knows = hmac.compare_digest(wanted.encode(), (answer.proof or "").encode())
    return Recognition(answer.kitchen, answer.at, knows)


async def _ask(
    session: aiohttp.ClientSession,
    site: Site,
    api: str,
    question: Question | _Doubt,
    token: str | None,
) -> _Answer:
    """Raises Silent."""
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
        raise Silent(_NO_KITCHEN) from None


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
