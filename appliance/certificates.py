"""Certificates for https: an authority of the appliance's own, a server's certificate, PEM texts.

Pure: moments and texts in, certificates and texts out; `tls.py` reads, keeps and presents them.
"""

import ipaddress
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificatePublicKeyTypes,
    PrivateKeyTypes,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

AUTHORITY_BEGINS: Final = datetime(2000, 1, 1, tzinfo=UTC)
AUTHORITY_ENDS: Final = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Not reckoned from now: the clock may never have been set when the authority is made. The
last second that every reader of certificates takes in its short form, RFC 5280, 4.1.2.5."""

LIFETIME: Final = timedelta(days=397)
"""Of a server's certificate; browsers refuse one of more than 398 days."""
BACKDATED: Final = timedelta(days=97)
"""How much of it lies before its making: clocks without a battery come up in the past."""
RENEWED_BEFORE_END: Final = timedelta(days=150)
"""An appliance that is switched off for a season still comes up with one that is good."""


class Unfit(ValueError):
    """What was given as a certificate or as its key cannot be used; the text says why."""

    def __init__(self, what: Literal["certificate", "key"], why: str) -> None:
        super().__init__(why)
        self.what = what


class Certified(NamedTuple):
    """A key, the certificate of it, and those of the authorities between it and a trusted one."""

    key: PrivateKeyTypes
    chain: tuple[x509.Certificate, ...]
    """The key's own certificate comes first."""

    @property
    def certificate(self) -> x509.Certificate:
        """The key's own."""
        return self.chain[0]


class Authority(NamedTuple):
    """What signs a server's certificate; ECDSA on P-256, which every browser verifies."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_authority() -> Authority:
    """One that certifies servers, and no further authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # Two appliances' authorities must not have the same name in one browser.
    name = _name(f"Expeditor authority {identifier.digest[:4].hex().upper()}")
    certificate = (
        _builder(key.public_key(), name, name, AUTHORITY_BEGINS, AUTHORITY_ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def make_server(authority: Authority, names: Collection[str], moment: datetime) -> Certified:
    """A server's certificate for these host names and addresses, with a key of its own.

    It is made at `moment`, and good from BACKDATED before it, for LIFETIME.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    begins = moment - BACKDATED
    issuer = authority.certificate.subject
    certificate = (
        _builder(key.public_key(), _name("Expeditor"), issuer, begins, begins + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .sign(authority.key, hashes.SHA256())
    )
    return Certified(key, (certificate,))


def due_at(certificate: x509.Certificate) -> datetime:
    """From when on one that `make_server` made wants to be made anew."""
    return certificate.not_valid_after_utc - RENEWED_BEFORE_END


def made_at(certificate: x509.Certificate) -> datetime:
    """The moment that `make_server` was given."""
    return certificate.not_valid_before_utc + BACKDATED


def is_of(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether this authority signed it."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """The host names and addresses that it is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return frozenset()
    addresses = found.get_values_for_type(x509.IPAddress)
    return frozenset([*found.get_values_for_type(x509.DNSName), *map(str, addresses)])


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, as browsers show it: pairs of capital hexadecimal digits between colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """The certificate alone, as others are given it."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def encode(certified: Certified | Authority) -> bytes:
    """The key, not encrypted, and its certificates, in one PEM text."""
    key = certified.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain = certified.chain if isinstance(certified, Certified) else (certified.certificate,)
    return b"".join([key, *map(certificate_pem, chain)])


def decode(certificates: bytes, key: bytes) -> Certified:
    """From PEM texts, which may be the same one. Raises Unfit."""
    try:
        chain = tuple(x509.load_pem_x509_certificates(certificates))
        public = chain[0].public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unfit("certificate", "not a certificate in PEM form") from error
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except TypeError as error:
        raise Unfit("key", "encrypted; give the key without its password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unfit("key", "not a private key in PEM form") from error
    if private.public_key() != public:
        raise Unfit("key", "not the key of the first certificate in https.certificate")
    return Certified(private, chain)


def decode_authority(text: bytes) -> Authority:
    """From what `encode` made of one. Raises Unfit."""
    key, chain = decode(text, text)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not is_of(chain[0], chain[0]):
        raise Unfit("certificate", "not of an authority that this program made")
    return Authority(key, chain[0])


def _builder(
    key: CertificatePublicKeyTypes,
    subject: x509.Name,
    issuer: x509.Name,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .public_key(key)
        .subject_name(subject)
        .issuer_name(issuer)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may do: sign certificates, or else the handshakes of connections."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
