"""Where orders and people come in, and who may: `[orders]`, `[http]`, `[https]`, `[auth]`."""

from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from appliance.config.values import Address, Duration, HostName, Network, Section

LOCAL_ISSUER: Final = "expeditor"
"""The `iss` of the appliance's own tokens."""


class OrderLimits(Section, frozen=True):
    """What one peer of the order router, and all together, may take up."""

    frame_bytes: Annotated[int, Meta(ge=4_096, le=1_048_576)] = 262_144
    """Of one object; the largest order seen has a tenth of it."""
    nesting: Annotated[int, Meta(ge=8, le=64)] = 32
    """Levels of objects and arrays; the protocol has eight."""
    frame_timeout: Duration = Duration(10)
    """From the first byte of an object to its last."""
    connections: Annotated[int, Meta(ge=1, le=512)] = 64
    """Peers at once; a kitchen has a handful of terminals, most of which connect per order.
    HTTP leaves as many descriptors free as are set here."""
    connections_per_address: Annotated[int, Meta(ge=1, le=512)] = 8
    """Of one address, this machine's own excepted: one broken client locks nobody out."""
    idle_timeout: Duration = Duration(300)
    """A peer that says nothing for so long has gone without a word."""


class Orders(Section, frozen=True):
    """The TCP order router."""

    listen: Address = Address("127.0.0.1:9104")
    allow: tuple[Network, ...] = (Network("local"),)
    beacon: bool = True
    default_station: str | None = None
    limits: OrderLimits = OrderLimits()


PerSecond = Annotated[int, Meta(ge=0, le=1_000_000)]
Burst = Annotated[int, Meta(ge=1, le=10_000_000)]


class HttpLimits(Section, frozen=True):
    """Connections; and requests of one token and of one address: so many a second, a burst apart.

    A cook does a few a second at most, a terminal that catches up some dozens. 0 a second is
    no limit.
    """

    token_per_second: PerSecond = 200
    token_burst: Burst = 2_000
    address_per_second: PerSecond = 500
    """Higher: several screens and terminals may come from behind one address."""
    address_burst: Burst = 5_000
    connections: Annotated[int, Meta(ge=8, le=10_000)] = 700
    """At once, listeners among them. Of 1,024 descriptors, which a process may have at least,
    this leaves over 300 to orders and files; where there are fewer, HTTP has fewer."""
    connections_per_address: Annotated[int, Meta(ge=1, le=10_000)] = 600
    """Of one address: all of a proxy's clients are one."""
    request_timeout: Duration = Duration(10)
    """From connecting, or from the first byte of a request, to its last."""


class Http(Section, frozen=True):
    """The API and the pages; the limits are for those over https, too."""

    listen: Address = Address("127.0.0.1:8080")
    names: tuple[HostName, ...] = ()
    """What browsers call the appliance, besides its addresses, its `.local` name and what its
    certificate is for: behind a reverse proxy, or where the network's DNS has a name for it."""
    limits: HttpLimits = HttpLimits()


class Https(Section, frozen=True):
    """The API and the pages over TLS."""

    listen: Address
    certificate: str | None = None
    """PEM file of the installer's; without it, the appliance certifies itself."""
    key: str | None = None

    @property
    def files(self) -> tuple[Path, Path] | None:
        """The installer's certificate and its key, if given."""
        if self.certificate is None or self.key is None:
            return None
        return Path(self.certificate), Path(self.key)


class Cloud(Section, frozen=True):
    """An issuer of tokens elsewhere."""

    issuer: str
    jwks_url: str
    audience: str
    refresh: Duration = Duration(3600)


class Auth(Section, frozen=True):
    """Whose tokens open the API."""

    keep_old_secret: Duration = Duration(86_400)
    cloud: Cloud | None = None
