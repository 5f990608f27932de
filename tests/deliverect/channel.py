"""An appliance with accounts of a simulated Deliverect, both within the test's process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

from appliance.api.app import BASE
from appliance.deliverect.dinner import Place
from appliance.deliverect.simulated import CLIENTS, PLACE, SECRET, SimulatedDeliverect
from tests.running import AT_ONCE, RunningAppliance, running

TRIAL = Place("trial-account", "trial-location", "trial-link")
"""A second account, of staging."""
SECONDS = 10.0
"""That anything may take on a busy machine."""


def configuration(
    directory: Path, api: str, *, trial_api: str = "", text: str = AT_ONCE, more: str = ""
) -> str:
    """With an account of production and one of staging; writes their secrets to a directory.

    `trial_api`: where that of staging is another one. `more`: lines for the first.
    """
    (directory / "webhook.secret").write_bytes(SECRET + b"\n")
    ((client, secret),) = CLIENTS.items()
    (directory / "client.secret").write_text(f"{secret}\n")
    account = f"""
client_id = "{client}"
client_secret_file = "{directory}/client.secret"
"""
    return f"""{text}
[[deliverect]]
id = "main"
account = "{PLACE.account}"
location = "{PLACE.location}"
webhook_secret_file = "{directory}/webhook.secret"
channels = {{ "7" = "Uber Eats" }}
api = "{api}"
{account}
{more}

[[deliverect]]
id = "trial"
environment = "staging"
account = "{TRIAL.account}"
location = "{TRIAL.location}"
api = "{trial_api or api}"
{account}
"""


class Channel(NamedTuple):
    """Both sides."""

    kitchen: RunningAppliance
    deliverect: SimulatedDeliverect

    async def act(self, order_id: str, station: str, *actions: str) -> None:
        """Work on its ticket there."""
        for action in actions:
            path = f"/stations/{station}/orders/{order_id}/ticket/{action}"
            status, body = await self.kitchen.call("POST", path)
            assert status == 200, body

    async def collect(self, order_id: str) -> None:
        """Say that somebody has it."""
        url = f"{self.kitchen.url}{BASE}/expo/orders/{order_id}/collected"
        headers = {"Authorization": f"Bearer {self.kitchen.token()}"}
        async with self.kitchen.http.post(url, headers=headers) as answer:
            assert answer.status == 204, await answer.text()

    async def orders(self) -> list[str]:
        """The ids of those that the pass has."""
        return [ticket["order_id"] for ticket in await self.kitchen.tickets("pass")]

    async def told(self, order_id: str, *statuses: int) -> None:
        """Wait until the channel took these, in this order."""
        history = self.deliverect.history
        try:
            await self.deliverect.until(lambda: history[order_id] == [*statuses], SECONDS)
        except TimeoutError:
            raise AssertionError(f"it was told {history[order_id]}") from None

    async def shows(self, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until what is told of the channel is so; it."""
        told: dict[str, Any] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while True:
                    _status, told = await self.kitchen.call("GET", "/channels")
                    if so(told):
                        return told
                    await self.news()
        raise AssertionError(f"it is told: {told}")

    async def news(self) -> None:
        """Wait until something of the channel is shown otherwise, a second at most."""
        news = asyncio.Event()
        with self.kitchen.channels_now.watched(news.set), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await news.wait()


@contextlib.asynccontextmanager
async def serving(directory: Path, **options: Any) -> AsyncIterator[Channel]:
    """An appliance that has caught up with its log. `options`: see `configuration`."""
    async with (
        SimulatedDeliverect("") as deliverect,
        again(directory, deliverect, **options) as channel,
    ):
        yield channel


@contextlib.asynccontextmanager
async def again(
    directory: Path, deliverect: SimulatedDeliverect, *, vfs: str | None = None, **options: Any
) -> AsyncIterator[Channel]:
    """The same, on the data that is there, and a channel that was there before."""
    text = configuration(directory, deliverect.url, **options)
    async with running(directory, text, vfs=vfs) as kitchen:
        deliverect.to = kitchen.url
        yield Channel(kitchen, deliverect)
