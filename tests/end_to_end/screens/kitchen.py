"""The hosts of a kitchen, what can befall them, and whether all show the same afterwards."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.end_to_end.screens.asking import HTTP_PORT, ORDERS_PORT, Asking, NoAnswer
from tests.end_to_end.screens.lan import LanScreen
from tests.end_to_end.screens.rush import DISHES, STANDING
from tests.end_to_end.screens.showing import card
from tests.end_to_end.screens.telling import Telling
from tests.network import Host, Network, Program

HUB: Final = "10.1.0.1"
URL: Final = f"http://{HUB}:{HTTP_PORT}"
LONGEST_SECONDS: Final = 1_800
"""Of a whole test."""
QUIET_SECONDS: Final = 30.0
"""After which all have to show the same: a LAN screen that is elsewhere is looked for first."""
CONFIGURATION: Final = """
[devices]
mode = "real"
[timing]
finish_together = false
[orders]
default_station = "grill"
[[station]]
id = "pass"
name = "Pass"
type = "expo"
[[printer]]
id = "paper"
stations = ["grill", "fry", "cold", "bar"]
print_on = "never"
transport = "file:{paper}"
""" + "".join(
    f"""
[[station]]
id = "{station}"
name = "{station.title()}"
[[route]]
station = "{station}"
name = ["{dish}"]
"""
    for station, dish in DISHES.items()
)


def until(what: str, condition: Callable[[], Any], seconds: float = 20.0) -> float:
    """When it came to be so, on the monotonic clock."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            is_so = condition()
        except NoAnswer:
            is_so = False
        if is_so:
            return time.monotonic()
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


class Machine:
    """A host on the switch, and its program."""

    def __init__(self, kitchen: "Kitchen", name: str, address: str) -> None:
        self.name = name
        self.address = address
        self.host = kitchen.network.host()
        self.directory = kitchen.directory / name
        self.directory.mkdir()
        self.telling = Telling(self.directory)
        self._kitchen = kitchen
        self._place = len(kitchen.machines)
        self._program: Program | None = None
        kitchen.machines.append(self)

    def plug(self, *, into: bool = True) -> None:
        """Its cable, at the switch."""
        state = "up" if into else "down"
        self._kitchen.switch.ip(f"link set port{self._place} {state}")

    def move(self, address: str) -> None:
        """It has another address from now on."""
        self.host.ip(f"address del {self.address}/24 dev eth0")
        self.host.ip(f"address add {address}/24 dev eth0")
        self.address = address

    def start(self, module: str, *arguments: str) -> Program:
        self._program = self.host.start(module, *arguments, seconds=LONGEST_SECONDS)
        return self._program

    def kill(self) -> None:
        assert self._program is not None
        self._program.kill()

    def stop(self) -> int:
        assert self._program is not None
        return self._program.stop()


class Screen(Machine):
    """One of the five; `station` and `backup` as a manager says."""

    def __init__(
        self, kitchen: "Kitchen", name: str, number: int, station: str, backup: str | None
    ) -> None:
        super().__init__(kitchen, name, f"10.1.0.{10 + number}")
        self.is_lan = name.startswith("lan")
        self.id = f"5C4EE000000{number}" if self.is_lan else f"{number:08}-0000-4000-8000-c0ffee"
        self.station = station
        self.backup = backup

    def begin(self) -> None:
        """Start its program, and wait until it runs."""
        began = time.monotonic()
        if self.is_lan:
            self.start("tests.end_to_end.screens.lan", self.id, str(self.directory))
        else:
            self.start("tests.end_to_end.screens.board", URL, self.id, str(self.directory))
        until(f"{self.name} runs", lambda: self.telling.noted("begun", began))

    def shown(self) -> dict[str, Any]:
        """What it shows of its own station and others: of a LAN screen by order, else by ticket."""
        now = self.telling.shown() or {}
        if not self.is_lan:
            cards: dict[str, Any] = now.get("cards", {})
            return cards
        return LanScreen(now).shown()

    def shows(self, station: str) -> bool:
        """Whether what stays is there as that station has it."""
        if not self.is_lan:
            own = (STANDING, station)
            return any((e["order_id"], e["station_id"]) == own for e in self.shown().values())
        return any(name == DISHES[station] for name, _qty in self.shown().get(STANDING, ()))


class Kitchen:
    """All of it, set up and adopted."""

    def __init__(self, network: Network, directory: Path) -> None:
        self.network = network
        self.directory = directory
        self.machines: list[Machine] = []
        self.hub = Machine(self, "hub", HUB)
        self.till = Machine(self, "till", "10.1.0.2")
        self.stranger = Machine(self, "stranger", "10.1.0.3")
        self.screens = [
            Screen(self, "board-1", 1, "grill", "board-3"),
            Screen(self, "board-2", 2, "fry", "lan-2"),
            Screen(self, "board-3", 3, "pass", None),
            Screen(self, "lan-1", 4, "cold", "board-3"),
            Screen(self, "lan-2", 5, "bar", "board-3"),
        ]
        self.by_name = {screen.name: screen for screen in self.screens}
        self.paper = self.hub.directory / "paper"
        self._file = self.hub.directory / "kitchen.toml"
        self._file.write_text(CONFIGURATION.format(paper=self.paper))
        self.data = self.hub.directory / "data"
        self.asking = Asking(HUB, self.till.directory, self.data)
        self.switch: Host = network.switch(*((each.host, "eth0") for each in self.machines))
        for machine in self.machines:
            machine.host.ip(f"address add {machine.address}/24 dev eth0")

    def begin(self) -> None:
        """Start everything, and have the screens adopted."""
        self.begin_hub()
        ports = (str(HTTP_PORT), str(ORDERS_PORT))
        self.till.start("tests.end_to_end.screens.till", HUB, str(self.till.directory), *ports)
        until("the till is up", self.asking.is_up)
        stranger = self.stranger
        stranger.start(
            "tests.end_to_end.screens.stranger", URL, stranger.address, str(stranger.directory)
        )
        for screen in self.screens:
            screen.begin()
        for screen in self.screens:
            self._adopt(screen)
        for screen in self.screens:
            if screen.backup is not None:
                body = {"backup_id": self.by_name[screen.backup].id}
                status, answer = self.asking.call("PATCH", f"/screens/{screen.id}", body)
                assert status == 200, answer

    def begin_hub(self) -> None:
        """Start it, and wait until it listens."""
        arguments = ("--listen-lan", "--config", str(self._file), "--data", str(self.data))
        program = self.hub.start("appliance", "run", *arguments)
        while "sign in" not in program.line():
            pass

    def _adopt(self, screen: Screen) -> None:
        how = {"name": screen.name, "station_id": screen.station}
        if screen.is_lan:
            how |= {"found_id": screen.id, "address": screen.address}
        else:
            until(f"{screen.name} shows a code", lambda: screen.telling.noted("code"))
            how |= {"code": screen.telling.noted("code")[-1][1]}
        status, answer = self.asking.call("POST", "/screens", how)
        assert status == 201, answer
        assert answer["id"] == screen.id

    # ── what the hub says ────────────────────────────────────────────────────────────

    def told(self) -> dict[str, Any]:
        """How the hub has the screens, by id. Raises NoAnswer."""
        return {each["id"]: each for each in self.asking.get("/screens")["screens"]}

    def steps_in_for(self) -> list[str]:
        """The stations that the printer steps in for. Raises NoAnswer."""
        (printer,) = self.asking.get("/printers")["printers"]
        stations: list[str] = printer["steps_in_for"]
        return stations

    def is_whole(self) -> bool:
        """Whether all screens are live by the hub's word, and none covers for any."""
        return all(
            (each["state"], each["covers"], each["waiting"]) == ("live", [], 0)
            for each in self.told().values()
        )

    def differences(self) -> list[str]:
        """What screens show otherwise than the hub has it. Raises NoAnswer."""
        found: list[str] = []
        for screen in self.screens:
            tickets = self.asking.get(f"/stations/{screen.station}/tickets")
            must = _on_lan(tickets) if screen.is_lan else {t["id"]: card(t) for t in tickets}
            shown = screen.shown()
            found += [
                f"{screen.name} {key}: {shown.get(key)} instead of {must.get(key)}"
                for key in must.keys() | shown.keys()
                if must.get(key) != shown.get(key)
            ]
        return found

    def all_show_the_same(self) -> None:
        """After quiet; AssertionError says who does not."""
        until("all screens are live", self.is_whole, QUIET_SECONDS)
        last: list[str] = ["never asked"]

        def is_same() -> bool:
            last[:] = self.differences()
            return not last

        try:
            until("all show the same", is_same, QUIET_SECONDS)
        except AssertionError as error:
            raise AssertionError("\n".join(last)) from error
        wrong = [(each.name, each.telling.noted("wrong")) for each in self.screens]
        assert not any(noted for _name, noted in wrong), wrong


def _on_lan(tickets: list[dict[str, Any]]) -> dict[str, Any]:
    """What a LAN screen is to show of a station's tickets, as of `LanScreen.shown`.

    A bumped ticket that gets a line comes back to a board with all of its lines, those of before
    as done. What was bumped has left a LAN screen for good, so it gets the new line alone; nobody
    here ticks single lines, hence *done* means that.
    """
    must = {}
    for ticket in tickets:
        lines = [
            (item["name"], item["quantity"])
            for item in ticket["items"]
            if item["change"] != "deleted" and not item["is_done"]
        ]
        if ticket["status"] != "voided" and lines:
            must[ticket["order_id"]] = sorted(lines)
    return must
