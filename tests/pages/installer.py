"""The office of an installer: what can be plugged in, and presses that a test makes."""

from typing import Any, Final

from playwright.sync_api import Page

from tests.pages.office import CHOICES, Office

MODELS: Final = ("plain", "TM-T88V", "TM-T20III", "TM-U220B")
ACTIONS: Final = (
    *("bump", "start", "ready", "fire", "item", "print", "select", "next", "previous"),
    *("page", "page-back", "all-day", "recall", "undo", "summon"),
)
STREAM: Final = """
window.EventSource = class {
  static CLOSED = 2;
  constructor() {
    this.readyState = 1;
    window.pressed = (press) => this.onmessage({ data: JSON.stringify(press) });
    const beat = { data: '{"type": "beat"}' };
    this.timer = setInterval(() => this.onmessage(beat), 200);
  }
  close() { clearInterval(this.timer); }
};
"""


class Installer(Office):
    """Takes what the set-up of devices asks of an appliance; all else the real one answers."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.choices = CHOICES | {
            "printer_models": [{"id": name, "name": name} for name in MODELS],
            "bar_profiles": [
                {"id": "numpad", "name": "A number pad", "keyboard": True, "serial": False}
            ],
            "actions": list(ACTIONS),
        }
        page.add_init_script(STREAM)

    def presses(self, device: str, **more: Any) -> None:
        """Somebody presses a real device."""
        usual: dict[str, Any] = {"device": device, "kind": "button", "key": None, "name": None}
        usual |= {"at": 0, "gesture": "press", "action": None, "outcome": None, "why": ""}
        self._page.evaluate("press => pressed(press)", usual | more)
