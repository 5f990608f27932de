"""What is told of screens: in full for the API, and in warnings."""

from collections.abc import Iterator, Sequence

from appliance.screens.registry import Adopted
from appliance.screens_now import (
    Announced,
    Hub,
    ScreenHealth,
    ScreenJson,
    ScreenNow,
)


def screen_json(
    screen: Adopted,
    now: ScreenNow,
    *,
    address: str | None,
    seq: int | None,
    waiting: int,
    refused: int,
    health: ScreenHealth | None,
) -> ScreenJson:
    """A screen in full, as the API has it."""
    return ScreenJson(
        id=screen.id,
        name=screen.wanted.name,
        proto=screen.proto,
        station=screen.wanted.station,
        source="file" if screen.of_file else "api",
        address=address,
        backup=screen.wanted.backup,
        patience=screen.wanted.patience,
        shows=screen.wanted.shows,
        look=screen.wanted.look,
        state=now.state,
        why=now.why,
        since=now.since,
        covers=now.covers,
        covered_by=now.covered_by,
        conflict=now.conflict,
        missed=now.missed,
        seq=seq,
        waiting=waiting,
        refused=refused,
        adopted=screen.proto == "lan" or screen.device is not None,
        health=health,
    )


def screen_warnings(screen: ScreenNow) -> Iterator[str]:
    """What somebody should look after. That it is away, boards and the status page say anyway."""
    name = f"Screen {screen.name}"
    if screen.state == "behind":
        yield f"{name} is behind: {screen.why}."
    elif screen.state == "live" and screen.why:
        yield f"{name}: {screen.why}."
    if screen.conflict:
        yield f"{name}: {screen.conflict}. Give one of them another identity, or unplug it."


def network_warnings(hubs: Sequence[Hub], announced: Announced) -> Iterator[str]:
    """What others on the network are to be blamed for."""
    for hub in hubs:
        if hub.same_id:
            yield (
                f"Another appliance, {hub.name} at {hub.address}, has this one's identifier: its"
                " card was copied. Delete the file `identity` in its data directory."
            )
    if announced.renamed_because:
        yield f"This appliance is found as {announced.host}: {announced.renamed_because}."
