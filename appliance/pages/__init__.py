"""The pages: static files and the headers that keep them harmless. No build step.

A folder of `static/` has what one page, or several, are made of; a file goes by its path there, and
`NAME/NAME.html` is a page with a path of its own.
"""

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

STATIC: Final = Path(__file__).parent / "static"
PAGES: Final = {"board/board.html": "/", "setup/screens.html": "/screens"}
"""Of pages, apart from those that go by their name."""
_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_HEADERS: Final = {
    # Nothing but our own files runs, and nobody may put the kitchen into a frame.
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # With none at all, browsers hide from us too that a form came from our own page.
    "Referrer-Policy": "same-origin",
    # A page of the version before an update must not talk to the version after it.
    "Cache-Control": "no-cache",
}
_TAKES_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
_LANGUAGE: Final = b'<html lang="en"'
"""How each page begins: its own language, until its script has found the reader's."""
_COMPRESSED: Final[dict[str, bytes]] = {}
"""What this process has served, by its digest. Compressing is most of the work of beginning anew,
and only pages differ then, by their language and time zone."""
_MAX_COMPRESSED: Final = 1000
"""Files and pages: about five times what there are."""


def add_routes(router: web.UrlDispatcher, language: str, time_zone: str) -> None:
    """Every page, and what they are made of. `language` is theirs where it is not empty.

    Otherwise each browser has its own. Hours are those of the time zone everywhere.
    """
    own = f' data-time-zone="{time_zone}"'.encode()
    own += f' data-language="{language}"'.encode() if language else b""
    for path in sorted(STATIC.rglob("*.*")):
        content = path.read_bytes()
        if path.suffix == ".html":
            content = content.replace(_LANGUAGE, _LANGUAGE + own, 1)
        router.add_get(path_of(path), _serve(content, _TYPES[path.suffix]))


def path_of(file: Path) -> str:
    """Under which path a file of `STATIC` is found."""
    name = file.relative_to(STATIC).as_posix()
    return PAGES.get(name, f"/{file.stem}" if file.suffix == ".html" else f"/{name}")


def add_authority(router: web.UrlDispatcher, certificate: bytes) -> None:
    """`/ca.pem`, for everybody: whom a device is to trust for https to this appliance."""
    router.add_get("/ca.pem", _serve(certificate, "application/x-x509-ca-cert", charset=None))


def _serve(
    content: bytes, content_type: str, *, charset: str | None = "utf-8"
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Kept compressed, for whoever takes it so; a browser that has it is told just that."""
    tag = hashlib.blake2b(content, digest_size=16).hexdigest()
    small = _compressed(content, tag)

    async def serve(request: web.Request) -> web.Response:
        compressed = _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
        etag = f'"{tag}{"-gzip" if compressed else ""}"'
        headers = {**_HEADERS, "ETag": etag, "Vary": "Accept-Encoding"}
        if etag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        if compressed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(
            body=small if compressed else gzip.decompress(small),
            content_type=content_type,
            charset=charset,
            headers=headers,
        )

    return serve


def _compressed(content: bytes, digest: str) -> bytes:
    small = _COMPRESSED.get(digest)
    if small is None:
        if len(_COMPRESSED) >= _MAX_COMPRESSED:
            _COMPRESSED.clear()
        small = _COMPRESSED[digest] = gzip.compress(content, mtime=0)
    return small
