"""What a key may be set to, each read from how the file writes it."""

import ipaddress
import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta, Struct

HIGHEST_PORT: Final = 65_535


class Duration(int):
    """Seconds; written as `90s`, `8m`, `1h30m`. At most LONGEST."""

    LONGEST: Final = 9_999 * 3_600
    """More than a year. A time so far ahead can still be written as a date."""
    _PATTERN: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")

    @classmethod
    def is_one(cls, text: object) -> bool:
        """Whether it is written as a duration, however long."""
        return isinstance(text, str) and text != "" and bool(cls._PATTERN.fullmatch(text))

    @classmethod
    def parse(cls, text: object) -> "Duration":
        """From the text of the configuration. Raises ValueError."""
        found = cls._PATTERN.fullmatch(text) if isinstance(text, str) and text else None
        if found is None:
            raise ValueError(f'{text!r} is no duration; write it like "90s", "8m", "1h30m"')
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        duration = cls(hours * 3600 + minutes * 60 + seconds)
        if duration > cls.LONGEST:
            raise ValueError(f"{text!r} is too long; at most {cls.LONGEST // 3_600}h")
        return duration


class ExtraTime(int):
    """Seconds to be added, negative for less; written as `3m`, `+3m`, `-1m30s`."""

    @classmethod
    def parse(cls, text: object) -> "ExtraTime":
        """From the text of the configuration. Raises ValueError."""
        unsigned = text[1:] if isinstance(text, str) and text[:1] in ("+", "-") else text
        if not Duration.is_one(unsigned):
            raise ValueError(f'{text!r} is no time; write it like "+3m", "-1m30s"')
        seconds = Duration.parse(unsigned)
        return cls(-seconds if isinstance(text, str) and text[0] == "-" else seconds)


class Address(str):
    """Where to listen or to connect: `HOST:PORT`, an IPv6 host in brackets."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Address":
        """From the text of the configuration. Raises ValueError."""
        host, colon, port = text.rpartition(":") if isinstance(text, str) else ("", "", "")
        if not (host and colon and port.isdecimal() and int(port) <= HIGHEST_PORT):
            raise ValueError(f'{text!r} is no address; write it like "127.0.0.1:9104"')
        return cls(text)

    @property
    def host(self) -> str:
        """Name or IP address."""
        return self.rpartition(":")[0].removeprefix("[").removesuffix("]")

    @property
    def port(self) -> int:
        """TCP port; 0 for any that is free."""
        return int(self.rpartition(":")[2])

    @property
    def only_this_machine(self) -> bool:
        """Whether nobody else can reach it; a name may be anybody's."""
        return is_loopback(self.host)

    def on(self, host: str) -> "Address":
        """The same port of another host."""
        return Address(f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}")


class Color(str):
    """Of a station's column: `#rrggbb`."""

    __slots__ = ()
    _PATTERN: Final = re.compile(r"#[0-9a-fA-F]{6}")

    @classmethod
    def parse(cls, text: object) -> "Color":
        """From the text of the configuration. Raises ValueError."""
        if not isinstance(text, str) or not cls._PATTERN.fullmatch(text):
            raise ValueError(f'{text!r} is no color; write it like "#d9480f"')
        return cls(text)


class HostName(str):
    """What a browser may call the appliance; kept in lower case."""

    __slots__ = ()
    _LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
    _LONGEST: Final = 253

    @classmethod
    def parse(cls, text: object) -> "HostName":
        """From the text of the configuration. Raises ValueError."""
        name = text.lower() if isinstance(text, str) else ""
        if len(name) > cls._LONGEST or not all(map(cls._LABEL.fullmatch, name.split("."))):
            raise ValueError(f'{text!r} is no host name; write it like "kds.example.com"')
        return cls(name)


class Site(str):
    """Where pages are: `http://HOST` or `https://HOST`, with a port where it is another."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Site":
        """From the text of the configuration. Raises ValueError."""
        wrong = ValueError(f'{text!r} is no address of pages; write it like "http://192.168.1.10"')
        try:
            url = urlsplit(text if isinstance(text, str) else "")
            port = url.port
        except ValueError:
            raise wrong from None
        host = url.hostname or ""
        bare = url.netloc == url.netloc.rpartition("@")[2] and not (url.query or url.fragment)
        if url.scheme not in ("http", "https") or not bare or url.path not in ("", "/"):
            raise wrong
        if not (_is_ip(host) or cls._is_name(host)):
            raise wrong
        return cls.at(host, port, url.scheme)

    @classmethod
    def at(cls, host: str, port: int | None, scheme: str = "http") -> "Site":
        """A host's, a name or an IP address; None for the port that a browser takes by itself."""
        brackets = f"[{host}]" if ":" in host else host
        return cls(f"{scheme}://{brackets}" + (f":{port}" if port else ""))

    @staticmethod
    def _is_name(host: str) -> bool:
        try:
            HostName.parse(host)
        except ValueError:
            return False
        return True


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether it is this machine; a name may be anybody's."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class TimeOfDay(int):
    """Minutes after midnight; written as `17:30`."""

    _PATTERN: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

    @classmethod
    def parse(cls, text: object) -> "TimeOfDay":
        """From the text of the configuration. Raises ValueError."""
        found = cls._PATTERN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f'{text!r} is no time of day; write it like "17:30"')
        return cls(int(found[1]) * 60 + int(found[2]))


class DayEnd(str):
    """When the business day ends: `04:00`, or `never`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "DayEnd":
        """From the text of the configuration. Raises ValueError."""
        if text == "never":
            return cls(text)
        try:
            TimeOfDay.parse(text)
        except ValueError as error:
            raise ValueError(f'{error}, or "never"') from None
        return cls(text)

    @property
    def minutes(self) -> int | None:
        """After midnight; None for never."""
        return None if self == "never" else int(TimeOfDay.parse(self))


class Network(str):
    """`local`, `private`, `any`, or a network such as `192.168.1.0/24`."""

    __slots__ = ()
    WORDS: Final = ("local", "private", "any")

    @classmethod
    def parse(cls, text: object) -> "Network":
        """From the text of the configuration. Raises ValueError."""
        if isinstance(text, str):
            if text in cls.WORDS:
                return cls(text)
            try:
                return cls(ipaddress.ip_network(text))
            except ValueError:
                pass
        raise ValueError(
            f"{text!r} is no network; allowed: local, private, any, or one like 192.168.1.0/24"
        )


ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z"
NOT_BLANK: Final = r"\S"
HOST_LABEL: Final = r"^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?\Z"
SERVICE_TYPE: Final = r"^_[a-z0-9-]{1,15}\._tcp\Z"
Id = Annotated[str, Meta(pattern=ID)]
Text = Annotated[str, Meta(pattern=NOT_BLANK)]
Patterns = tuple[Text, ...]
Port = Annotated[str, Meta(min_length=1)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""
