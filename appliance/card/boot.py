"""From the boot partition to this machine, at each boot, before there is a network.

    expeditor.toml ─┬─ [card] ──▶ role, host name, network
    authorized_keys ┘  the rest ─▶ for the service, which takes it: see `taking`

All of it is made in memory, anew at each boot: a power cut leaves nothing half done. What is wrong
is said, and the machine comes up without it, as the card it was before. Nothing here needs the
disk of the data.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from appliance import config
from appliance.card import network
from appliance.card.run_files import BOOT, PIN, SETTINGS, Boot, RunDirectory
from appliance.config import CardSection, ConfigError
from appliance.files import replace_file

logger = logging.getLogger(__name__)

FILE: Final = "expeditor.toml"
KEYS: Final = "authorized_keys"
"""Who may sign in by SSH, as OpenSSH has it; without it nobody."""
_TXT: Final = ".txt"
"""Added by editors of Windows, which do not show it."""
GOOD: Final = "card.toml"
"""On the disk of the data: what `[card]` was when it was right last."""
MOST_BYTES: Final = 1_000_000


class Places(NamedTuple):
    """Where all of it is."""

    boot: Path
    """The boot partition. What is not there, or cannot be read, is as an empty one."""
    run: RunDirectory
    networks: Path
    """Of systemd-networkd, in memory."""
    kept: Path
    """See `Boot`."""
    disks: Sequence[Path] = ()
    """Where one has to be mounted."""


class _Read(NamedTuple):
    card: CardSection
    rest: str
    """The text without `[card]`; empty where it says nothing else, or something wrong."""
    beside: Mapping[str, bytes]
    """The files that it names."""
    faults: list[str]


def boot(places: Places, number: str) -> Boot:
    """Do all of it. `number`: of this machine, in small letters and digits.

    Raises OSError, where memory cannot be written.
    """
    found = _found(places)
    card, faults = found.card, found.faults
    hostname = card.hostname or ("expeditor" if card.role == "hub" else f"screen-{number}")
    places.networks.mkdir(parents=True, exist_ok=True)
    # systemd-networkd is another user.
    places.networks.chmod(0o755)
    for name, content in network.files(card):
        (places.networks / name).write_text(content)
        (places.networks / name).chmod(0o644)
    run = places.run
    run.make(card.role)
    run.write("hostname", f"{hostname}\n")
    if card.pin is not None:
        run.write(PIN, card.pin)
    if card.wifi is not None:
        run.write("wpa_supplicant.conf", network.wpa_supplicant(card.wifi))
    if keys := _or_fault(places.boot, KEYS, faults):
        run.write(KEYS, keys.decode("utf-8-sig", errors="replace"))
    if found.rest:
        run.write(SETTINGS, found.rest)
        for name, whole in found.beside.items():
            run.write_beside(name, whole)
    done = Boot(card.role, hostname, tuple(faults), str(places.kept))
    run.write(BOOT, msgspec.json.encode(done).decode())
    for fault in faults:
        logger.error("%s", fault)
    return done


def _found(places: Places) -> _Read:
    """What the boot partition says. Whatever is wrong with it is a fault, and nothing else."""
    missing = [disk for disk in places.disks if not disk.is_mount()]
    faults = [f"{disk}: its disk cannot be used, or is not there" for disk in missing]
    if places.boot in missing:
        return _Read(_last_good(places.kept, faults), "", {}, faults)
    wrong: list[str] = []
    text = ""
    try:
        text = _text(places.boot)
        card = _card_of(text)
        _keep_good(places.kept, text)
    except Exception as error:  # noqa: BLE001 - without what follows there is no appliance
        wrong += _in_words(error)
        card = _last_good(places.kept, wrong)
    try:
        rest = _rest_of(text, card.role)
        beside = {
            name: content
            for name in (_files_of(config.document_of(rest, FILE)) if rest else ())
            if (content := _bytes(places.boot, name))
        }
    except Exception as error:  # noqa: BLE001 - as above
        wrong += [each for each in _in_words(error) if each not in wrong]
        rest, beside = "", {}
    return _Read(card, "" if wrong else rest, beside, faults + wrong)


def _in_words(error: Exception) -> list[str]:
    if isinstance(error, ConfigError):
        return str(error).splitlines()
    if isinstance(error, OSError):
        return [f"{Path(error.filename or FILE).name}: {error.strerror}"]
    if isinstance(error, TOMLKitError):  # Of what only one of the two readers takes.
        return [f"{FILE}: {error}"]
    return [f"{FILE}: it cannot be read ({type(error).__name__})"]


# ── what is on the boot partition ────────────────────────────────────────────────────


def _bytes(directory: Path, name: str) -> bytes:
    """Empty where there is none. Raises OSError, and ConfigError for too much, and for two."""
    found = []
    for each in (directory / name, directory / f"{name}{_TXT}"):
        with contextlib.suppress(FileNotFoundError), each.open("rb") as file:
            found.append(file.read(MOST_BYTES + 1))
    # The card comes with a file that says nothing: an editor may have saved another beside it.
    telling = [content for content in found if _says_something(content)]
    if len(telling) > 1:
        raise ConfigError(f"{name} and {name}{_TXT} are both there: which one is meant?")
    content = (telling or found or [b""])[0]
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{name}: more than {MOST_BYTES} bytes")
    return content


def _says_something(content: bytes) -> bool:
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    return any(line.strip() and not line.lstrip().startswith(b"#") for line in lines)


def _or_fault(directory: Path, name: str, faults: list[str]) -> bytes:
    try:
        return _bytes(directory, name)
    except (OSError, ConfigError) as error:
        faults += _in_words(error)
        return b""


def _text(directory: Path) -> str:
    try:
        return _bytes(directory, FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{FILE}: not UTF-8 text") from error


def _card_of(text: str) -> CardSection:
    return config.of_card(config.document_of(text, FILE), FILE)


def _rest_of(text: str, role: str) -> str:
    """What is not the card's own, once nothing is wrong with it."""
    document = tomlkit.parse(text)
    document.pop("card", None)
    if not document:
        return ""
    rest = tomlkit.dumps(document)
    plain = config.document_of(rest, FILE)
    if role == "screen":
        config.screen_of(plain, FILE)
    else:
        config.of_document(plain, FILE)
    return rest


# ── what it said when it was right ───────────────────────────────────────────────────


def _keep_good(kept: Path, text: str) -> None:
    """Its `[card]`, for the day on which somebody makes a mistake."""
    card = {"card": config.document_of(text, FILE).get("card", {})}
    content = tomlkit.dumps(card).encode()
    good = kept / GOOD
    with contextlib.suppress(OSError):  # Without its disk the card comes up all the same.
        if not good.exists() or good.read_bytes() != content:
            replace_file(good, content)


def _last_good(kept: Path, faults: list[str]) -> CardSection:
    try:
        card = _card_of((kept / GOOD).read_text())
    except (OSError, ValueError):
        return CardSection()
    faults.append(f"{FILE}: [card] is in force as it was when it was right last")
    return card


def _files_of(document: dict[str, Any]) -> Iterator[str]:
    """Files beside it that it names: of the menu, of certificates, of secrets."""
    menu, https = document.get("menu", {}), document.get("https", {})
    named = [menu.get("file"), https.get("certificate"), https.get("key")]
    for channel in config.CHANNELS:
        for account in document.get(channel, ()):
            named += [value for key, value in account.items() if key.endswith("_file")]
    for name in named:
        if name and Path(name).name == name:
            yield name
