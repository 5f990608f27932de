"""https with the appliance's own authority: trusted once, certified anew whenever it must be."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from appliance import certificates, config, parts, tls
from appliance.tls import Https
from tests.presenting import NAMES, NOW, Machine, connected, presented, presenting, trusting
from tests.running import AT_ONCE

NEVER_SET = datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC)
USED_UP = NOW - timedelta(days=150)
"""A certificate of this day is to be renewed now: it is good for 150 days more."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex(":").upper()


async def shown(https: Https, name: str = "localhost") -> x509.Certificate:
    """What a client is presented that trusts the authority."""
    async with presenting(https) as port:
        return await presented(port, trusting(https.authority_pem), name)


# ── who is served ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(NAMES))
async def test_a_client_that_trusts_the_authority_is_served_under_every_name(
    machine: Machine, name: str
) -> None:
    await shown(await machine.start(), name)


@pytest.mark.parametrize("name", ["192.0.2.77", "pay.example", "kitchen.example", "::1"])
async def test_under_no_other_name(machine: Machine, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|not valid for"):
        await shown(await machine.start(), name)


async def test_a_client_that_trusts_others_is_not_served(machine: Machine, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    https, stranger = await machine.start(), await Machine(other).start()
    async with presenting(https) as port:
        for context in (trusting(stranger.authority_pem), ssl.create_default_context()):
            with pytest.raises(ssl.SSLCertVerificationError):
                await presented(port, context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_1_2_and_newer(machine: Machine, version: ssl.TLSVersion) -> None:
    https = await machine.start()
    context = trusting(https.authority_pem)
    context.minimum_version = context.maximum_version = version
    async with presenting(https) as port, connected(port, context) as conversation:
        assert conversation.version == version.name.replace("_", ".")


async def test_tls_1_1_is_refused_for_its_version(machine: Machine) -> None:
    https = await machine.start()
    old = trusting(https.authority_pem)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    hello, heard, unheard = ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO()
    client = old.wrap_bio(heard, hello, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    server = https.context.wrap_bio(hello, unheard, server_side=True)
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        server.do_handshake()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_browser_that_comes_back_resumes_its_session(
    machine: Machine, version: ssl.TLSVersion
) -> None:
    https = await machine.start()
    context = trusting(https.authority_pem)
    context.maximum_version = version
    async with presenting(https) as port:
        first, resumed = await asyncio.to_thread(visit, port, context, None)
        assert not resumed
        _, resumed = await asyncio.to_thread(visit, port, context, first)
        assert resumed


def visit(
    port: int, context: ssl.SSLContext, session: ssl.SSLSession | None
) -> tuple[ssl.SSLSession | None, bool | None]:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost", session=session) as secure,
    ):
        secure.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert secure.recv(1000).startswith(b"HTTP/1.1 200")
        return secure.session, secure.session_reused


# ── what is certified ────────────────────────────────────────────────────────────────


async def test_a_certificate_is_what_browsers_accept(machine: Machine) -> None:
    certificate = await shown(await machine.start())
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert ends - begins < timedelta(days=398)
    assert begins < NOW - timedelta(days=90)
    assert ends > NOW + timedelta(days=290)
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not basic.ca


async def test_the_authority_certifies_servers_alone_and_outlasts_the_appliance(
    machine: Machine,
) -> None:
    https = await machine.start()
    authority = x509.load_pem_x509_certificate(https.authority_pem or b"")
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical
    assert (basic.value.ca, basic.value.path_length) == (True, 0)
    key = authority.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert authority.not_valid_before_utc < NEVER_SET + timedelta(days=31 * 365)
    assert authority.not_valid_after_utc > NOW + timedelta(days=10 * 365)


async def test_what_it_tells_others_holds_no_key(machine: Machine) -> None:
    https = await machine.start()
    assert b"PRIVATE" not in (https.authority_pem or b"")


async def test_the_status_names_what_is_presented(machine: Machine) -> None:
    https = await machine.start()
    certificate = await shown(https)
    authority = x509.load_pem_x509_certificate(https.authority_pem or b"")
    assert https.status() == tls.HttpsStatus(
        certificate_sha256=sha256(certificate),
        authority_sha256=sha256(authority),
        names=tuple(sorted(NAMES)),
        valid_until=certificate.not_valid_after_utc,
        warnings=(),
    )


def test_the_names_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Pass-2.Kitchen.example")
    names = tls.own_names()
    assert {"pass-2.kitchen.example", "pass-2.local", "localhost", "127.0.0.1"} <= names
    assert not [name for name in names if name.startswith("fe80:")]


@pytest.mark.parametrize("host", ["Küche", "a b", "", "*", "-x-"])
def test_a_host_name_that_none_can_be_certified_for_is_left_out(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    names = tls.own_names()
    assert "localhost" in names
    assert not [name for name in names if name.startswith(host.lower() or ".")]


# ── what is kept ─────────────────────────────────────────────────────────────────────


async def test_a_restart_changes_nothing(machine: Machine) -> None:
    before = (await machine.start()).status()
    assert (await machine.start()).status() == before


async def test_nobody_else_may_read_the_keys(machine: Machine) -> None:
    await machine.start()
    modes = {path.name: path.stat().st_mode & 0o777 for path in machine.directory.iterdir()}
    assert modes == {"authority.pem": 0o600, "https.pem": 0o600}


def damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    key, _, rest = whole.partition(b"-----BEGIN CERTIFICATE")
    stranger = certificates.encode(certificates.make_authority())
    stranger_key, _, stranger_rest = stranger.partition(b"-----BEGIN CERTIFICATE")
    der = x509.load_pem_x509_certificate(whole).public_bytes(Encoding.DER)
    turned = ssl.DER_cert_to_PEM_cert(der[:-1] + bytes([der[-1] ^ 1])).encode()
    path.write_bytes(
        {
            "empty": b"",
            "torn in the key": whole[:100],
            "torn in the certificate": whole[:-200],
            "nuls": bytes(len(whole)),
            "a turned bit": key + turned,
            "another's key": stranger_key + b"-----BEGIN CERTIFICATE" + rest,
            "another's certificate": key + b"-----BEGIN CERTIFICATE" + stranger_rest,
        }[how]
    )


DAMAGES = [
    "empty",
    "torn in the key",
    "torn in the certificate",
    "nuls",
    "a turned bit",
    "another's key",
    "another's certificate",
]


@pytest.mark.parametrize("how", DAMAGES)
async def test_a_damaged_certificate_is_made_anew_under_the_same_authority(
    machine: Machine, how: str
) -> None:
    before = (await machine.start()).status()
    damage(machine.directory / "https.pem", how)
    https = await machine.start()
    assert https.status().authority_sha256 == before.authority_sha256
    assert sha256(await shown(https)) != before.certificate_sha256
    assert https.status().warnings == ()
    assert (await machine.start()).status() == https.status()


@pytest.mark.parametrize("how", DAMAGES)
async def test_a_damaged_authority_is_made_anew_and_that_is_said(
    machine: Machine, how: str
) -> None:
    before = (await machine.start()).status()
    damage(machine.directory / "authority.pem", how)
    https = await machine.start()
    await shown(https)
    after = https.status()
    assert after.authority_sha256 != before.authority_sha256
    assert "authority.pem was damaged" in after.warnings[0]
    assert (machine.directory / "authority.pem.damaged").exists()
    assert "/ca.pem" in after.warnings[0]
    restarted = (await machine.start()).status()
    assert restarted.certificate_sha256 == after.certificate_sha256
    assert restarted.warnings == ()


async def test_a_whole_certificate_of_a_lost_authority_is_not_presented(machine: Machine) -> None:
    await machine.start()
    (machine.directory / "authority.pem").unlink()
    await shown(await machine.start())


async def test_what_cannot_be_kept_is_presented_all_the_same(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.directory /= "not there"
    await shown(await machine.start())
    assert "authority.pem could not be written" in caplog.text
    assert "https.pem could not be written" in caplog.text


async def test_an_authority_that_cannot_be_read_is_not_replaced(machine: Machine) -> None:
    (machine.directory / "authority.pem").mkdir()
    with pytest.raises(IsADirectoryError):
        await machine.start()


# ── when it is certified anew ────────────────────────────────────────────────────────


async def test_it_is_renewed_while_running_long_before_it_ends(machine: Machine) -> None:
    machine.now = USED_UP
    https = await machine.start()
    async with presenting(https) as port:
        trust = trusting(https.authority_pem)
        first = await presented(port, trust)
        async with connected(port, trust) as standing:
            await machine.check_at(https, NOW - timedelta(minutes=1))
            assert await presented(port, trust) == first
            await machine.check_at(https, NOW)
            second = await presented(port, trust)
            assert second.not_valid_after_utc - first.not_valid_after_utc == timedelta(days=150)
            assert second.public_key() != first.public_key()
            assert https.status().certificate_sha256 == sha256(second)
            assert await standing.ask() == "served"
    assert (await machine.start()).status().certificate_sha256 == sha256(second)


async def test_it_is_renewed_by_a_start(machine: Machine) -> None:
    machine.now = USED_UP
    before = (await machine.start()).status()
    machine.now = NOW
    https = await machine.start()
    assert sha256(await shown(https)) != before.certificate_sha256


async def test_a_clock_that_is_set_at_last_is_followed(machine: Machine) -> None:
    machine.now = NEVER_SET
    https = await machine.start()
    async with presenting(https) as port:
        trust = trusting(https.authority_pem)
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            await presented(port, trust)
        await machine.check_at(https, NOW)
        await presented(port, trust)


async def test_a_clock_that_comes_up_in_the_past_spoils_nothing(machine: Machine) -> None:
    before = (await machine.start()).status()
    machine.now = NEVER_SET
    https = await machine.start()
    assert https.status() == before
    machine.names |= {"10.1.2.3"}
    await machine.check_at(https, NEVER_SET + timedelta(minutes=1))
    certificate = await shown(https, "10.1.2.3")
    assert certificate.not_valid_after_utc == before.valid_until


async def test_one_of_the_future_is_made_anew_when_the_clock_is_known_to_be_right(
    machine: Machine,
) -> None:
    machine.now = NOW + timedelta(days=3650)
    https = await machine.start()
    async with presenting(https) as port:
        trust = trusting(https.authority_pem)
        with pytest.raises(ssl.SSLCertVerificationError, match="not yet valid"):
            await presented(port, trust)
        machine.clock_is_right = True
        await machine.check_at(https, NOW)
        await presented(port, trust)


async def test_a_new_address_is_certified_while_running(machine: Machine) -> None:
    https = await machine.start()
    async with presenting(https) as port:
        trust = trusting(https.authority_pem)
        machine.names |= {"10.1.2.3", "fd00::1:2"}
        await machine.check_at(https, NOW)
        await presented(port, trust, "10.1.2.3")
        await presented(port, trust, "fd00::1:2")
        await presented(port, trust)


async def test_the_name_by_which_mdns_finds_this_machine_is_certified(tmp_path: Path) -> None:
    announced = ""
    text = "[https]\nlisten = '127.0.0.1:0'\n" + AT_ONCE
    settings = await asyncio.to_thread(config.parse, text, "kitchen.toml")
    https = await asyncio.to_thread(parts.make_https, settings, tmp_path, lambda: announced)
    assert https is not None
    assert "expeditor-2.local" not in certificates.names_of(await shown(https))
    announced = "expeditor-2.local"
    await asyncio.to_thread(https.check)
    await shown(https, "expeditor-2.local")


async def test_an_address_that_goes_away_changes_nothing(machine: Machine) -> None:
    https = await machine.start()
    before = https.status()
    machine.names = frozenset({"localhost"})
    await machine.check_at(https, NOW)
    assert https.status() == before
    assert (await machine.start()).status() == before


async def test_interfaces_that_cannot_be_listed_are_said_and_survived(machine: Machine) -> None:
    https = await machine.start()
    machine.broken = True
    await machine.check_at(https, NOW)
    assert "Input/output error" in https.status().warnings[0]
    await shown(https)
    machine.broken = False
    await machine.check_at(https, NOW)
    assert https.status().warnings == ()


async def test_it_looks_after_its_certificate_by_itself(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "CHECK_EVERY_SECONDS", 0)
    machine.now = USED_UP
    https = await machine.start()
    before = https.status()
    machine.now = NOW
    caring = asyncio.create_task(https.run())
    try:
        async with asyncio.timeout(10):
            while https.status() == before:
                await asyncio.sleep(0)
    finally:
        caring.cancel()
        await asyncio.gather(caring, return_exceptions=True)
    await shown(https)
