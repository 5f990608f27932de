"""What of the configuration is set at the machine itself, and never over the network.

A manager is let in by a PIN of four digits. So what names files or programs of the machine stays
as it is: else whoever has found that out could read its files, and write them, and run programs;
and so do whose tokens are good here, else they could let themselves in for ever, and channels, to
which secrets are sent.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from appliance.config import CHANNELS, Fault
from appliance.setup import Document

_OF_THE_MACHINE: Final = (
    ("appliance", "data_dir"),
    ("https", "certificate"),
    ("https", "key"),
    ("kiosk", "browser"),
    ("auth", "cloud"),
)
_ON_PATHS: Final = ("printer", "bump_bar")
_DEVICES: Final = {
    "serial": re.compile(r"/dev/(tty[A-Za-z]\w*|rfcomm\d+|serial\d|serial/by-(id|path)/[^/]+)"),
    "usb": re.compile(r"/dev/(usb/)?lp\d+"),
    "evdev": re.compile(r"/dev/input/(event\d+|by-(id|path)/[^/]+)"),
}
"""By kind of transport, what is one: below /dev there are disks and watchdogs, too."""


def not_from_afar(document: Document, now: Document) -> Iterator[Fault]:
    """What of a document takes somebody at the machine, as long as it is not so `now`."""
    for section, key in _OF_THE_MACHINE:
        value = _at(document, section).get(key)
        if value is not None and value != _at(now, section).get(key):
            yield Fault(f"{section}.{key}", "it is set at the machine itself, in its file")
    for section in CHANNELS:
        known = _entries(now, section)
        for place, each in enumerate(_entries(document, section)):
            if each not in known:
                yield Fault(f"{section}[{place}]", "it is set at the machine itself, in its file")
    menu = _at(document, "menu").get("file")
    if isinstance(menu, str) and menu != _at(now, "menu").get("file") and not _is_beside(menu):
        yield Fault("menu.file", 'it has to be a file beside the configuration, as "menu.csv"')
    for section in _ON_PATHS:
        there = {each.get("transport") for each in _entries(now, section)}
        for place, each in enumerate(_entries(document, section)):
            transport = each.get("transport")
            if isinstance(transport, str) and transport not in there and not _is_device(transport):
                why = "this is none of the usual devices: set it at the machine itself, in its file"
                yield Fault(f"{section}[{place}].transport", why)


def _at(document: Document, section: str) -> dict[str, Any]:
    found = document.get(section)
    return found if isinstance(found, dict) else {}


def _entries(document: Document, section: str) -> list[dict[str, Any]]:
    found = document.get(section)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _is_beside(file: str) -> bool:
    return PurePosixPath(file).name == file and file.endswith(".csv")


def _is_device(transport: str) -> bool:
    kind, _, path = transport.partition(":")
    usual = _DEVICES.get(kind)
    return kind != "file" and (usual is None or usual.fullmatch(path) is not None)
