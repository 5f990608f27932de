"""What is on a card: a software bill of materials, as CycloneDX has it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from image.archive import SUITE, Package


class Release(NamedTuple):
    """What is built."""

    version: str
    """Of the appliance."""
    built_from: str
    """The commit, with a mark where there were changes."""


def bill_of_materials(
    release: Release, packages: Iterable[Package], libraries: Sequence[str], to: Path
) -> None:
    """Source: CycloneDX 1.6, and the types `deb` and `pypi` of package URLs."""
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "firmware",
                "name": "expeditor",
                "version": release.version,
                "properties": [{"name": "commit", "value": release.built_from}],
            }
        },
        "components": [
            *map(_of_debian, sorted(set(packages))),
            *map(_of_python, sorted(libraries)),
        ],
    }
    to.write_text(json.dumps(document, indent=1) + "\n")


def _of_debian(package: Package) -> dict[str, Any]:
    version = package.version.replace("+", "%2B").replace(":", "%3A").replace("~", "~")
    return {
        "type": "library",
        "name": package.name,
        "version": package.version,
        "purl": f"pkg:deb/debian/{package.name}@{version}?arch=arm64&distro={SUITE}",
        "hashes": [{"alg": "SHA-256", "content": package.sha256}],
    }


def _of_python(library: str) -> dict[str, Any]:
    name, _, version = library.partition("==")
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name.lower()}@{version}",
    }
