"""What the appliance warns of reaches the pages that are open, and the ones that come."""

import datetime as dt
from functools import partial
from pathlib import Path

import pytest

from appliance import tls
from tests.api.listening import Heard, listening
from tests.presenting import NOW
from tests.running import running
from tests.test_given_certificate import DAY, KITCHEN, OFFICE, issue

STATION = '[[station]]\nid = "grill"\nname = "Grill"\n'


async def test_a_certificate_that_ends_or_is_exchanged_while_a_page_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = NOW
    monkeypatch.setattr(tls, "GivenFiles", partial(tls.GivenFiles, now=lambda: today))
    monkeypatch.setattr(tls, "CHECK_EVERY_SECONDS", 0.01)
    certificate, key = tmp_path / "kitchen.crt", tmp_path / "kitchen.key"
    certificate.write_bytes(KITCHEN.pem)
    key.write_bytes(KITCHEN.key_pem())
    https = f'[https]\nlisten = "127.0.0.1:0"\ncertificate = "{certificate}"\nkey = "{key}"\n'
    async with (
        running(tmp_path / "data", https + STATION) as appliance,
        listening(appliance) as page,
    ):
        assert (await page.snapshot()).body["payload"]["warnings"] == []
        assert (await page.hear()).body["warnings"] == []
        today += 30 * DAY + dt.timedelta(seconds=1)
        told = (await page.until(warned))[-1].body["warnings"]
        [warning] = told
        assert warning.startswith(f"https.certificate: {certificate}: ended at ")
        async with listening(appliance) as newcomer:
            assert (await newcomer.snapshot()).body["payload"]["warnings"] == told
        position = f"{appliance.expeditor.epoch}:0"
        async with listening(appliance, last_event_id=position) as resumed:
            assert (await resumed.hear()).body["warnings"] == told
        new = issue("kitchen.example", OFFICE, ends=NOW + 90 * DAY)
        key.write_bytes(new.key_pem())
        certificate.write_bytes(new.pem)
        assert (await page.until(lambda heard: not warned(heard)))[-1].type == "beat"


def warned(heard: Heard) -> bool:
    return bool(heard.body.get("warnings"))
