"""What `make image` made, and what a scenario has to tell of it."""

import json
from pathlib import Path

Seen = list[str]
"""Line by line."""


class Built:
    """The files of one build."""

    def __init__(self, directory: Path) -> None:
        """Raises FileNotFoundError."""
        found = set(directory.glob("expeditor-*.json")) - set(directory.glob("*.cdx.json"))
        if len(found) != 1:
            raise FileNotFoundError(f"{directory}: one image is needed: make image")
        (facts,) = found
        self.facts: dict[str, str] = json.loads(facts.read_text())
        self.image = facts.with_suffix(".img")
        self.bundle = facts.with_suffix(".raucb")
        self.loader = directory / "u-boot.bin"
        self.pictures = directory / "pictures"

    def picture(self, name: str) -> Path:
        """Where one for the guide goes."""
        self.pictures.mkdir(exist_ok=True)
        return self.pictures / f"{name}.png"
