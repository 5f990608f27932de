"""The pages: static files and the headers that keep them harmless. No build step."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

_FILES: Final = Path(__file__).parent / "static"
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
_PAGES: Final = {"board.html": "/", "status.html": "/status", "screens.html": "/screens"}
_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


def add_routes(router: web.UrlDispatcher) -> None:
    """`/` is the board, beside the pages `/status` and `/screens`; parts go by their file names."""
    for path in sorted(_FILES.iterdir()):
        name = _PAGES.get(path.name, f"/{path.name}")
        router.add_get(name, _serve(path.read_bytes(), _TYPES[path.suffix]))


def add_authority(router: web.UrlDispatcher, certificate: bytes) -> None:
    """`/ca.pem`, for everybody: whom a device is to trust for https to this appliance."""
    router.add_get("/ca.pem", _serve(certificate, "application/x-x509-ca-cert", charset=None))


def _serve(
    content: bytes, content_type: str, *, charset: str | None = "utf-8"
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(_request: web.Request) -> web.Response:
        return web.Response(
            body=content, content_type=content_type, charset=charset, headers=_HEADERS
        )

    return serve
