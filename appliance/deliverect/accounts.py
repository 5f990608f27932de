"""The accounts of the configuration with their secrets; and whose a message is, by its signature.

In production that is the secret of the account. In staging messages are signed with what they say
themselves, the id of the channel's link or of the location: it proves nothing, and counts for
accounts of staging alone.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from appliance.config import DeliverectSection
from appliance.deliverect.messages import Message
from appliance.deliverect.protocol import signed_by

logger = logging.getLogger(__name__)

LONGEST_SECRET: Final = 4_096
"""Bytes."""


class Account(Struct, frozen=True):
    """A location that is served here."""

    section: DeliverectSection
    client_secret: str = ""
    """What its access tokens are fetched with; a channel that is played here takes any."""
    webhook_secret: bytes = b""
    """Empty where staging does without."""
    fault: str = ""
    """Why the channel cannot be told, or its posts not known from others', in words."""
    is_deaf: bool = False
    """The secret of its posts cannot be read."""

    @property
    def id(self) -> str:
        """As the configuration has it."""
        return self.section.id

    @property
    def is_staging(self) -> bool:
        """Whether it is for trying out."""
        return self.section.environment == "staging"


def read(section: DeliverectSection) -> Account:
    """The account, with what its files have. Blocks. What cannot be read is its fault."""
    client, of_client = _secret(section, "client_secret_file")
    webhook, of_webhook = _secret(section, "webhook_secret_file")
    fault = of_webhook or of_client
    return Account(section, client.decode(), webhook, fault, is_deaf=bool(of_webhook))


def _secret(section: DeliverectSection, key: str) -> tuple[bytes, str]:
    """What is in a file, and why that cannot be used, without its content and its path."""
    file = getattr(section, key)
    if file is None:
        return b"", ""
    try:
        with Path(file).open("rb") as opened:
            secret = opened.read(LONGEST_SECRET + 1).strip()
    except OSError as error:
        fault = f"{key}: {error.strerror}; it is read at the start"
    else:
        if secret and len(secret) <= LONGEST_SECRET and secret.isascii():
            return secret, ""
        fault = f"{key}: it has to hold one secret, of letters, digits and signs"
    logger.warning("channel %s: %s: %s", section.id, fault, file)
    return b"", fault


class _Keys(Struct, rename="camel"):
    """What staging signs with."""

    location: str | None = None
    location_id: str | None = None
    channel_link: str | None = None
    channel_link_id: str | None = None


_peek = msgspec.json.Decoder(_Keys).decode


class Accounts:
    """All of them."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.all: Sequence[Account] = tuple(accounts)

    @property
    def is_deaf(self) -> bool:
        """Whether a message may be theirs, and nobody can say."""
        return any(each.is_deaf for each in self.all)

    def that_signed(self, signature: str, body: bytes) -> list[Account]:
        """Those in whose name a body may be signed so; none for a forged one."""
        secrets = {each.webhook_secret for each in self.all if each.webhook_secret}
        good = set(signed_by(signature, body, secrets))
        found = [each for each in self.all if each.webhook_secret in good]
        return found or self._in_staging(signature, body)

    def _in_staging(self, signature: str, body: bytes) -> list[Account]:
        """None of production is ever among them."""
        staging = [each for each in self.all if each.is_staging]
        if not staging:
            return []
        links = _said(body)
        found = []
        for each in staging:
            own = (each.section.location, *each.section.channel_links)
            # What a message says is its key where it says to be of this location.
            keys = {*own, *(links if each.section.location in links else ())}
            if signed_by(signature, body, (key.encode() for key in keys)):
                found.append(each)
        return found


def _said(body: bytes) -> set[str]:
    try:
        keys = _peek(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return set()  # A list of products, which says none; or what is none.
    said = (keys.location, keys.location_id, keys.channel_link, keys.channel_link_id)
    return set(filter(None, said))


def addressed(accounts: Iterable[Account], message: Message) -> list[Account]:
    """Those of the accounts that it may be for: the location that it names, where it names one."""
    location, account = message.of_location, message.of_account
    return [
        each
        for each in accounts
        if location in ("", each.section.location) and account in ("", each.section.account)
    ]


def registered(accounts: Iterable[Account], account: str, location: str) -> Account | None:
    """The one that a location which asks to be served is; None for none of these."""
    asked = account, location
    found = (each for each in accounts if asked == (each.section.account, each.section.location))
    return next(found, None)
