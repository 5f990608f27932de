"""Channels: `[[deliverect]]`, one for each location of an account; and what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal
from urllib.parse import SplitResult, urlsplit

from msgspec import field

from appliance.config.values import Id, Section, Text, is_loopback

PRODUCTION: Final = "https://api.deliverect.com"
STAGING: Final = "https://api.staging.deliverect.com"

SECTIONS: Final = ("deliverect",)
"""Of channels. All of their accounts have ids of their own; they are set at the machine itself."""
_FILES: Final = ("client_secret_file", "webhook_secret_file")


class DeliverectSection(Section, frozen=True):
    """A location of an account with Deliverect. Secrets are in files of their own."""

    id: Id
    account: Text
    """As Deliverect has it, and so is `location`."""
    location: Text
    client_id: Text
    client_secret_file: Text | None = None
    """Only a channel that is played on this machine does without."""
    webhook_secret_file: Text | None = None
    """What production signs with; staging may do without."""
    environment: Literal["production", "staging"] = "production"
    channel_links: tuple[Text, ...] = ()
    """By which staging signs, besides the location, where it says neither in a message."""
    public_url: str = ""
    """Where the channel reaches this appliance: what its paths are below."""
    name: Text = "Deliverect"
    """On tickets, where the order does not say by which platform it came."""
    channels: dict[str, Text] = field(default_factory=dict)
    """What platforms are called, by their numbers: `{ "7" = "Uber Eats" }`."""
    send_accepted: bool = True
    """Tell it of every order that it was taken, by status 20."""
    grant_type: Literal["client_credentials", "token"] = "client_credentials"
    """`token` for older accounts."""
    audience: str = ""
    """Of the token; empty: `api`."""
    api: str = ""
    """Where its API is; empty: that of the environment."""

    @property
    def base(self) -> str:
        """Where its API is, without a slash at the end."""
        usual = PRODUCTION if self.environment == "production" else STAGING
        return (self.api or usual).rstrip("/")

    @property
    def public_base(self) -> str:
        """What the paths are below, without a slash at the end; empty where that is not known."""
        return self.public_url.rstrip("/")

    @property
    def public_host(self) -> str | None:
        """By which name the channel calls the appliance, in lower case."""
        return urlsplit(self.public_url).hostname if self.public_url else None


def located_channel(section: DeliverectSection, beside: Path) -> dict[str, str]:
    """The files of a section, relative to a directory."""
    return {
        key: str(beside / file) for key in _FILES if (file := getattr(section, key)) is not None
    }


def wrong_channels(sections: tuple[DeliverectSection, ...]) -> Iterator[str]:
    """What of them makes no sense, each error with its key."""
    locations: dict[str, str] = {}
    for place, section in enumerate(sections):
        where = f"deliverect[{place}]"
        if section.environment == "production" and section.webhook_secret_file is None:
            why = "production signs with a secret; this key is required"
            yield f"{where}.webhook_secret_file: {why}"
        api = _bare_url(section.base)
        if section.client_secret_file is None and api and not is_loopback(api.hostname or ""):
            yield f"{where}.client_secret_file: this key is required"
        if (first := locations.setdefault(section.location, where)) != where:
            yield f"{where}.location: {section.location!r} is that of {first} already"
        for number in section.channels:
            if not number.isdecimal():
                how = 'write it like { "7" = "Uber Eats" }'
                yield f"{where}.channels: {number!r} is no number of a platform; {how}"
        if section.api and not _is_api(section.api):
            yield f'{where}.api: write it like "https://api.deliverect.com"'
        if section.public_url and not _is_public(section.public_url):
            yield f'{where}.public_url: write it like "https://kitchen.example.com"'


def doubtful_channels(sections: tuple[DeliverectSection, ...]) -> Iterator[str]:
    """What will keep them from working, as far as can be seen. Looks at files."""
    for place, section in enumerate(sections):
        if section.environment == "production" and not section.public_url:
            why = "by a name that is not told here, what comes from outside is answered 403"
            yield f"deliverect[{place}].public_url: none: {why}"
        for key in _FILES:
            file = getattr(section, key)
            if file is None:
                continue
            if not Path(file).is_file():
                yield f"deliverect[{place}].{key}: there is no file {file}"
            elif Path(file).stat().st_mode & 0o077:
                yield f"deliverect[{place}].{key}: others can read {file}: chmod 600"


def _is_api(text: str) -> bool:
    url = _bare_url(text)
    # Credentials go there.
    return url is not None and (url.scheme == "https" or is_loopback(url.hostname or ""))


def _is_public(text: str) -> bool:
    return _bare_url(text) is not None


def _bare_url(text: str) -> SplitResult | None:
    """Of http or https, with a host, and with neither a password nor anything after its path."""
    try:
        url = urlsplit(text)
        good = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    return url if good and url.username is None and not (url.query or url.fragment) else None
