"""The certificate that https presents: made here and kept in order, or the installer's files.

`authority.pem` and `https.pem` in the data directory hold the appliance's own authority and
its certificate, each with its key. Devices that trust the authority go on trusting whatever
it certifies: only a damaged or lost `authority.pem` has to be told to them again.
"""

import asyncio
import logging
import os
import re
import socket
import ssl
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, Literal, Protocol

from msgspec import Struct

from appliance import certificates, interfaces
from appliance.certificates import Authority, Certified, Unfit
from appliance.clock import synchronised
from appliance.files import replace_file

logger = logging.getLogger(__name__)

AUTHORITY: Final = "authority.pem"
CERTIFICATE: Final = "https.pem"
CHECK_EVERY_SECONDS: Final = 60.0
"""How soon a new address, a clock that was set, or an exchanged file is noticed."""

_HOST_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])?")


class HttpsStatus(Struct, frozen=True):
    """What https presents now."""

    certificate_sha256: str
    """Fingerprint, as browsers show it."""
    authority_sha256: str | None
    """The same of the appliance's own authority; None with the installer's files."""
    names: tuple[str, ...]
    """What browsers may call the appliance."""
    valid_until: datetime
    warnings: tuple[str, ...]


class Source(Protocol):
    """Where the certificate comes from."""

    @property
    def authority(self) -> Authority | None:
        """The appliance's own, if it is that which certifies."""

    def current(self) -> Certified:
        """The certificate to present from now on. Raises Unfit, OSError."""

    def warnings(self) -> list[str]:
        """What somebody ought to do something about."""


class Https:
    """The TLS context of a server whose certificate may change while it runs."""

    def __init__(self, source: Source) -> None:
        """Raises Unfit, OSError."""
        self._source = source
        self._certified = source.current()
        self._presented = _context(self._certified)
        self.names = _lower(self._certified)
        """What browsers may call the appliance, in lower case."""
        self._complaint: str | None = None
        """Why the newest is not presented."""
        self.context = _context()
        """For the sockets that listen."""
        # Called for a client that names no host, too. To load a certificate into a context
        # in use would leave there, beside it, the former one of another kind of key.
        self.context.sni_callback = self._present

    def _present(
        self, connection: ssl.SSLObject | ssl.SSLSocket, _host: str, _context: ssl.SSLContext
    ) -> None:
        connection.context = self._presented

    @property
    def authority_pem(self) -> bytes | None:
        """The certificate to trust; None with the installer's files."""
        own = self._source.authority
        return certificates.certificate_pem(own.certificate) if own else None

    async def run(self) -> None:
        """Keep the certificate in order until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_SECONDS)
            await asyncio.to_thread(self.check)

    def check(self) -> None:
        """Present the newest, if it will do; connections that stand are left alone."""
        try:
            certified = self._source.current()
            if certified is not self._certified:
                self._presented = _context(certified)
                self._certified = certified
                self.names = _lower(certified)
                sha256 = certificates.fingerprint(certified.certificate)
                logger.info("https presents a new certificate, SHA-256 %s", sha256)
            self._complaint = None
        except (Unfit, OSError) as error:
            complaint = f"https goes on with its former certificate: {reason(error)}"
            if complaint != self._complaint:
                logger.warning("%s", complaint)
            self._complaint = complaint

    def status(self) -> HttpsStatus:
        """For the status page."""
        own = self._source.authority
        certificate = self._certified.certificate
        return HttpsStatus(
            certificate_sha256=certificates.fingerprint(certificate),
            authority_sha256=certificates.fingerprint(own.certificate) if own else None,
            names=tuple(sorted(certificates.names_of(certificate))),
            valid_until=certificate.not_valid_after_utc,
            warnings=self.warnings(),
        )

    def warnings(self) -> tuple[str, ...]:
        """What somebody ought to do something about now."""
        return (*self._source.warnings(), *([self._complaint] if self._complaint else []))


def reason(error: Unfit | OSError) -> str:
    """Which key of the configuration is meant, if one is, which file, and what is wrong."""
    if isinstance(error, Unfit):
        return f"https.{error.what}: {error}"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _lower(certified: Certified) -> frozenset[str]:
    return frozenset(map(str.lower, certificates.names_of(certified.certificate)))


def _now() -> datetime:
    return datetime.now(UTC)


class OwnAuthority:
    """Certifies this appliance by an authority that it makes on first start.

    What is kept is kept in the data directory. A certificate that cannot be kept is
    presented all the same, and made again by the next start.
    """

    def __init__(
        self,
        directory: Path,
        names: Callable[[], Collection[str]],
        now: Callable[[], datetime] = _now,
        clock_is_right: Callable[[], bool] = synchronised,
    ) -> None:
        """`clock_is_right`: only when it is known to be. Raises OSError."""
        self._path = directory / CERTIFICATE
        self._names = names
        self._now = now
        self._clock_is_right = clock_is_right
        self._warnings: list[str] = []
        self.authority = self._authority(directory / AUTHORITY)
        self._kept = self._read()

    def warnings(self) -> list[str]:
        """That all devices have to be told again whom to trust, if so."""
        return self._warnings

    def current(self) -> Certified:
        """The one that is kept, or a new one where that will not do. Raises OSError."""
        names = frozenset(self._names())
        moment = self._now()
        why = self._why_not(names, moment)
        if self._kept is None or why is not None:
            logger.info("a certificate for https is made: %s", why)
            self._kept = certificates.make_server(self.authority, names, self._issue_at(moment))
            _keep(self._path, certificates.encode(self._kept))
        return self._kept

    def _why_not(self, names: frozenset[str], moment: datetime) -> str | None:
        """What is wrong with the one that is kept."""
        if self._kept is None:
            return "there is none"
        kept = self._kept.certificate
        missing = names - certificates.names_of(kept)
        if missing:
            return f"the former one is not for {', '.join(sorted(missing))}"
        if moment >= certificates.due_at(kept):
            return "the former one ends soon"
        # Made by a clock that was ahead, or else read by one that has not been set: browsers
        # know the time, and to them a certificate of the past is none.
        if moment < kept.not_valid_before_utc and self._clock_is_right():
            return "the former one is of the future"
        return None

    def _issue_at(self, moment: datetime) -> datetime:
        """Now; or, by a clock that is behind what it certified before, the same as that."""
        if self._kept is None or self._clock_is_right():
            return moment
        return max(moment, certificates.made_at(self._kept.certificate))

    def _authority(self, path: Path) -> Authority:
        try:
            return certificates.decode_authority(path.read_bytes())
        except FileNotFoundError:
            pass
        except Unfit:
            warning = (
                f"{path.name} was damaged, and a new authority was made for https: devices that"
                " trusted the former one need the new /ca.pem"
            )
            _keep_aside(path)
            logger.warning("%s", warning)
            self._warnings.append(warning)
        made = certificates.make_authority()
        _keep(path, certificates.encode(made))
        return made

    def _read(self) -> Certified | None:
        """What is kept, if it is whole and of this authority."""
        try:
            text = self._path.read_bytes()
            kept = certificates.decode(text, text)
        except FileNotFoundError:
            return None
        except Unfit:
            logger.warning("%s is damaged", self._path)
            return None
        return kept if certificates.is_of(kept.certificate, self.authority.certificate) else None


class GivenFiles:
    """The installer's own certificate and key; read again when they have changed."""

    authority: Final = None

    def __init__(self, certificate: Path, key: Path, now: Callable[[], datetime] = _now) -> None:
        self._paths = {"certificate": certificate, "key": key}
        self._now = now
        self._texts: tuple[bytes, bytes] | None = None
        self._certified: Certified | None = None

    def current(self) -> Certified:
        """What the files hold. Raises Unfit, whose text begins with the file's name."""
        texts = self._read("certificate"), self._read("key")
        if self._certified is None or texts != self._texts:
            try:
                certified = certificates.decode(*texts)
                _context(certified)  # TLS has demands of its own, on the length of keys for one.
            except Unfit as error:
                raise Unfit(error.what, f"{self._paths[error.what]}: {error}") from error
            self._texts, self._certified = texts, certified
        return self._certified

    def warnings(self) -> list[str]:
        """That the certificate has ended, if it has."""
        if self._certified is None:
            return []
        ends = self._certified.certificate.not_valid_after_utc
        if self._now() < ends:
            return []
        path = self._paths["certificate"]
        return [
            f"https.certificate: {path}: ended at {ends:%Y-%m-%d %H:%M} UTC: browsers refuse it"
        ]

    def _read(self, what: Literal["certificate", "key"]) -> bytes:
        try:
            return self._paths[what].read_bytes()
        except OSError as error:
            raise Unfit(what, f"{self._paths[what]}: {error.strerror}") from error


def own_names() -> frozenset[str]:
    """The names and addresses by which browsers may reach this machine. Raises OSError."""
    host = socket.gethostname().lower()
    names = {"localhost", host, f"{host.partition('.')[0]}.local"}
    return frozenset(filter(_HOST_NAME.fullmatch, names)) | {
        str(address)
        for address in interfaces.addresses()
        # No browser can be told on which interface an IPv6 address of a single link is.
        if isinstance(address, IPv4Address) or not address.is_link_local
    }


def _keep(path: Path, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        logger.warning("%s could not be written: %s", path, error.strerror)


def _keep_aside(path: Path) -> None:
    """It may be a newer version's."""
    try:
        path.replace(path.with_name(f"{path.name}.damaged"))
    except OSError as error:
        logger.warning("%s could not be kept: %s", path, error.strerror)


def _context(certified: Certified | None = None) -> ssl.SSLContext:
    """Python's defaults for a server, TLS 1.2 and newer. Raises Unfit."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certified is not None:
        # It is loaded by file name only, and a key belongs into no file that others see.
        with os.fdopen(os.memfd_create("certificate"), "wb") as file:
            file.write(certificates.encode(certified))
            file.flush()
            try:
                context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
            except ssl.SSLError as error:
                raise Unfit("certificate", f"cannot be presented: {error.reason}") from error
    return context
