"""Over TLS the session's cookie is for TLS alone, and has a name of its own."""

import ssl
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.running import RunningAppliance


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kitchen")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "pair.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_over_tls_the_cookie_is_secure(
    context: ssl.SSLContext, appliance: RunningAppliance
) -> None:
    runner = web.AppRunner(appliance.app, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        site = f"https://127.0.0.1:{runner.addresses[0][1]}"
        data, origin = {"token": appliance.token("chef")}, {"Origin": site}
        async with appliance.http.post(
            f"{site}/sign-in", data=data, headers=origin, ssl=False
        ) as answer:
            assert answer.status == 200
            cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-expeditor_session"]
            assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        session = f"{site}/api/v1/kds/session"
        for name, status in (("__Host-expeditor_session", 200), ("expeditor_session", 401)):
            headers = {"Cookie": f"{name}={cookie.value}"}
            async with appliance.http.get(session, headers=headers, ssl=False) as answer:
                assert answer.status == status
        async with appliance.http.post(f"{site}/sign-out", headers=origin, ssl=False) as answer:
            gone = SimpleCookie(answer.headers["Set-Cookie"])["__Host-expeditor_session"]
            # Else a browser would not take it, and keep the one that it has.
            assert (gone.value, gone["secure"], gone["max-age"]) == ("", True, "0")
    finally:
        await runner.cleanup()
