"""https with the installer's certificate and key: what is wrong with them is said, key by key."""

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from appliance.certificates import Unfit
from appliance.tls import GivenFiles, Https, reason
from tests.presenting import NOW, presented, presenting, trusting

DAY = dt.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Issued(NamedTuple):
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self, password: bytes | None = None, *, traditional: bool = False) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL
            if traditional
            else serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption(),
        )


def ecdsa() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_of(bits: int) -> Key:
    return rsa.generate_private_key(65537, bits)


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    key: Key | None = None,
    ca: bool = False,
    ends: dt.datetime = NOW + 30 * DAY,
) -> Issued:
    """A certificate as an office's authority makes them; its own issuer if there is no other."""
    key = key or ecdsa()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signing = issuer.key if issuer else key
    certificate = (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .public_key(key.public_key())
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .not_valid_before(NOW - 60 * DAY)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=ca,
                crl_sign=ca,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(signing, hashes.SHA256())
    )
    return Issued(certificate, key)


OFFICE = issue("Office", ca=True)
BRANCH = issue("Branch", OFFICE, ca=True)
KITCHEN = issue("kitchen.example", BRANCH)


class Given:
    """The files, and what the appliance takes for now."""

    def __init__(self, directory: Path) -> None:
        self.certificate = directory / "kitchen.crt"
        self.key = directory / "kitchen.key"
        self.now = NOW
        self.write(KITCHEN.pem + BRANCH.pem, KITCHEN.key_pem())

    def write(self, certificate: bytes, key: bytes) -> None:
        self.certificate.write_bytes(certificate)
        self.key.write_bytes(key)

    async def start(self) -> Https:
        source = GivenFiles(self.certificate, self.key, lambda: self.now)
        return await asyncio.to_thread(Https, source)


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)


async def shown(https: Https) -> x509.Certificate:
    async with presenting(https) as port:
        return await presented(port, trusting(OFFICE.pem), "kitchen.example")


def ec_parameters(key: bytes) -> bytes:
    """As `openssl ecparam -genkey` writes a key."""
    curve = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    return curve + key


async def test_a_chain_is_presented_whole(given: Given) -> None:
    https = await given.start()
    assert await shown(https) == KITCHEN.certificate
    status = https.status()
    assert status.authority_sha256 is None
    assert status.names == ("kitchen.example",)
    assert status.warnings == ()
    assert https.authority_pem is None


async def test_the_key_may_have_the_older_form(given: Given) -> None:
    given.key.write_bytes(ec_parameters(KITCHEN.key_pem(traditional=True)))
    await shown(await given.start())


async def test_one_file_may_hold_both(given: Given) -> None:
    both = KITCHEN.key_pem() + KITCHEN.pem + BRANCH.pem
    given.write(both, both)
    await shown(await given.start())


OTHER = issue("other.example")
WEAK = issue("kitchen.example", OFFICE, key=rsa_of(1024))
WRONG: list[tuple[str, bytes | None, bytes | None, str, str]] = [
    ("no certificate", None, KITCHEN.key_pem(), "certificate", "No such file"),
    ("no key", KITCHEN.pem, None, "key", "No such file"),
    ("an empty certificate", b"", KITCHEN.key_pem(), "certificate", "not a certificate in PEM"),
    (
        "a certificate in DER",
        KITCHEN.certificate.public_bytes(serialization.Encoding.DER),
        KITCHEN.key_pem(),
        "certificate",
        "not a certificate in PEM",
    ),
    ("files exchanged", KITCHEN.key_pem(), KITCHEN.pem, "certificate", "not a certificate in PEM"),
    ("an empty key", KITCHEN.pem, b"", "key", "not a private key in PEM"),
    ("a torn key", KITCHEN.pem, KITCHEN.key_pem()[:99], "key", "not a private key in PEM"),
    ("a key with a password", KITCHEN.pem, KITCHEN.key_pem(b"secret"), "key", "encrypted"),
    (
        "an older one with a password",
        KITCHEN.pem,
        KITCHEN.key_pem(b"secret", traditional=True),
        "key",
        "encrypted",
    ),
    ("another's key", KITCHEN.pem, OTHER.key_pem(), "key", "not the key of the first certificate"),
    (
        "a chain upside down",
        BRANCH.pem + KITCHEN.pem,
        KITCHEN.key_pem(),
        "key",
        "not the key of the first certificate",
    ),
    ("a key that is too short", WEAK.pem, WEAK.key_pem(), "certificate", "cannot be presented"),
]


@pytest.mark.parametrize(
    ("certificate", "key", "what", "why"),
    [row[1:] for row in WRONG],
    ids=[row[0] for row in WRONG],
)
async def test_what_is_wrong_is_named(
    given: Given, certificate: bytes | None, key: bytes | None, what: str, why: str
) -> None:
    for path, content in ((given.certificate, certificate), (given.key, key)):
        path.unlink()
        if content is not None:
            path.write_bytes(content)
    with pytest.raises(Unfit) as caught:
        await given.start()
    said = reason(caught.value)
    path = given.key if what == "key" else given.certificate
    assert said.startswith(f"https.{what}: {path}: ")
    assert why in said


async def test_one_that_has_ended_is_presented_and_warned_of(given: Given) -> None:
    given.now = NOW + 30 * DAY - dt.timedelta(seconds=1)
    https = await given.start()
    assert https.status().warnings == ()
    given.now += dt.timedelta(seconds=2)
    [warning] = https.status().warnings
    assert warning.startswith(f"https.certificate: {given.certificate}: ended at ")
    assert f"{KITCHEN.certificate.not_valid_after_utc:%Y-%m-%d %H:%M}" in warning
    assert await shown(https) == KITCHEN.certificate
    assert (await given.start()).status().warnings == (warning,)


@pytest.mark.parametrize("key", [ecdsa, lambda: rsa_of(2048)])
@pytest.mark.parametrize("former", [ecdsa, lambda: rsa_of(2048)])
async def test_exchanged_files_are_presented_without_a_restart(
    given: Given, former: Callable[[], Key], key: Callable[[], Key]
) -> None:
    before = issue("kitchen.example", OFFICE, key=await asyncio.to_thread(former))
    after = issue("kitchen.example", OFFICE, key=await asyncio.to_thread(key))
    given.write(before.pem, before.key_pem())
    https = await given.start()
    async with presenting(https) as port:
        trust = trusting(OFFICE.pem)
        assert await presented(port, trust, "kitchen.example") == before.certificate
        given.write(after.pem, after.key_pem())
        await asyncio.to_thread(https.check)
        assert await presented(port, trust, "kitchen.example") == after.certificate


async def test_the_names_of_exchanged_files_are_the_appliances(given: Given) -> None:
    given.write(KITCHEN.pem, KITCHEN.key_pem())
    https = await given.start()
    assert https.names == {"kitchen.example"}
    other = issue("*.Other.example", OFFICE)
    given.write(other.pem, other.key_pem())
    await asyncio.to_thread(https.check)
    assert https.names == {"*.other.example"}


async def test_files_that_are_half_exchanged_are_said_and_the_former_go_on(
    given: Given, caplog: pytest.LogCaptureFixture
) -> None:
    https = await given.start()
    async with presenting(https) as port:
        trust = trusting(OFFICE.pem)
        after = issue("kitchen.example", OFFICE)
        given.certificate.write_bytes(after.pem)
        for _ in range(2):
            await asyncio.to_thread(https.check)
        [warning] = https.status().warnings
        assert f"https.key: {given.key}: not the key of" in warning
        assert caplog.text.count("not the key of") == 1
        assert await presented(port, trust, "kitchen.example") == KITCHEN.certificate
        given.key.write_bytes(after.key_pem())
        await asyncio.to_thread(https.check)
        assert https.status().warnings == ()
        assert await presented(port, trust, "kitchen.example") == after.certificate
