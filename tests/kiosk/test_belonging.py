"""Whom a screen belongs to: the hub that adopted it, wherever that is, and nobody else."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec.structs import replace

from appliance.kiosk.belonging import MOST_AT_ONCE
from tests.kiosk.conftest import Screen, Wire, running
from tests.kiosk.hub import Hub

WHO = '"kitchen": {"id": "AAAAAAAA0001", "name": "Kitchen"}'


def new(what: str, id_: str = "AAAAAAAA0001") -> web.Response:
    """An answer to a knock, but for what is asked for."""
    who = WHO.replace("AAAAAAAA0001", id_)
    return web.Response(text=f'{{"state": "new", {who}, {what}}}')


async def adopted(screen: Screen, hub: Hub) -> None:
    hub.adopt(await screen.code(hub.name))
    await screen.is_well(lambda told: told["state"] == "adopted")


def with_codes(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in told["kitchens"] if each["code"]]


async def test_a_code_then_the_board_with_the_very_token_of_the_first_knock(
    tmp_path: Path,
) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire, does="polls") as screen:
        assert (await screen.page())["state"] == "looking"
        wire.found.append(hub.advert())
        told = await screen.shows(lambda told: told["state"] == "to adopt")
        assert [each["address"] for each in told["kitchens"]] == [hub.place]
        hub.adopt(await screen.code("Kitchen"))
        await hub.visited()
        (visitor,) = set(hub.visits)
        assert hub.tokens == {None, visitor}
        first = hub.knocks[0]
        assert (first["screen_id"], first["name"], first["token"]) == (screen.id, "Grill TV", None)
        assert first["health"]["version"]
        health = await screen.is_well(lambda told: told["browser"] == "running")
        assert (health["state"], health["hub"]) == ("adopted", hub.url)


async def test_of_two_kitchens_with_one_name_it_belongs_to_the_one_that_adopts_it(
    tmp_path: Path,
) -> None:
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as one,
        Hub("AAAAAAAA0002") as other,
        running(tmp_path, wire) as screen,
    ):
        wire.found += [one.advert(), other.advert()]
        told = await screen.shows(lambda told: len(with_codes(told)) == 2)
        codes = {each["address"]: each["code"] for each in told["kitchens"]}
        assert set(codes) == {one.place, other.place}
        other.adopt(codes[other.place])
        assert (await screen.is_well(lambda told: told["hub"]))["hub"] == other.url
        before = len(one.knocks)
        await other.knocked(3)
        # One may have been on its way when the other adopted.
        assert len(one.knocks) <= before + 1
        assert not one.tokens & other.tokens - {None}


async def test_a_hub_that_comes_back_elsewhere_is_the_same_hub(tmp_path: Path) -> None:
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0001") as moved,
        Hub("AAAAAAAA0002") as stranger,
        running(tmp_path, wire) as screen,
    ):
        wire.found.append(hub.advert())
        await adopted(screen, hub)
        moved.like(hub)
        wire.found[:] = [stranger.advert(), moved.advert()]
        await hub.stop()
        health = await screen.is_well(lambda told: told["hub"] == moved.url)
        assert health["state"] == "adopted"
        assert not stranger.knocks
        await hub.start()
        before = len(hub.knocks)
        await moved.knocked(2)
        assert len(hub.knocks) == before
    async with moved, running(tmp_path, Wire()) as again:  # Nothing is found, nothing is asked.
        assert (await again.is_well(lambda told: told["state"] == "adopted"))["hub"] == moved.url
        assert again.id == screen.id


async def test_a_second_hub_with_its_id_is_told_and_gets_no_token_while_the_first_answers(
    tmp_path: Path,
) -> None:
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0001", "Copy") as copy,
        running(tmp_path, wire) as screen,
    ):
        wire.found += [hub.advert(), copy.advert()]
        told = await screen.shows(lambda told: len(with_codes(told)) == 2)
        assert {each["address"] for each in told["kitchens"]} == {hub.place, copy.place}
        assert hub.url in told["conflict"]
        assert copy.url in told["conflict"]
        await adopted(screen, hub)
        before = len(copy.knocks)
        await hub.knocked(3)
        assert len(copy.knocks) <= before + 1
        assert not copy.tokens & hub.tokens - {None}
        assert (await screen.health())["conflict"]
        wire.found.pop()
        assert not (await screen.health())["conflict"]


@pytest.mark.parametrize("knows", ["nothing", "its words"])
async def test_who_announces_to_be_its_hub_while_that_is_silent_gets_no_token(
    tmp_path: Path, knows: str
) -> None:
    """Also where he passes on what the hub says to him, at its own address."""
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0001", "Thief", host="127.0.0.2") as thief,
        running(tmp_path, wire) as screen,
    ):
        wire.found.append(hub.advert())
        await adopted(screen, hub)
        if knows == "its words":
            thief.like(hub)
            thief.at = hub.host
        else:
            thief.adopts_all = True
        await hub.stop()
        wire.found[:] = [thief.advert()]
        told = await screen.shows(lambda told: told["kitchens"])
        assert told["kitchens"][0]["why"] == "it does not prove to be the kitchen of this screen"
        await thief.knocked(3)
        assert thief.tokens == {None}
        assert (await screen.health())["hub"] == hub.url
        await hub.start()
        await screen.is_well(lambda told: told["state"] == "adopted")


async def test_whoever_has_its_hubs_address_meanwhile_gets_no_token_and_ends_nothing(
    tmp_path: Path,
) -> None:
    """As after a power cut, when a router gives each the address of the other."""
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0001") as moved,
        running(tmp_path, wire) as screen,
    ):
        wire.found.append(hub.advert())
        await adopted(screen, hub)
        await hub.stop()
        await screen.is_well(lambda told: told["state"] == "away")
        other = Hub("AAAAAAAA0002", "Bar")
        other.port = hub.port
        async with other:
            await other.knocked(3)
            told = await screen.shows(lambda told: told["home"])
            assert told["home"]["why"] == "another kitchen is there now"
            moved.like(hub)
            wire.found[:] = [other.advert(), moved.advert()]
            await screen.is_well(lambda told: told["hub"] == moved.url)
            assert other.tokens == {None}


async def test_forgotten_while_it_was_away_it_shows_a_code_and_sends_its_token_no_more(
    tmp_path: Path,
) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        wire.found.append(hub.advert())
        await adopted(screen, hub)
        await hub.stop()
        await screen.is_well(lambda told: told["state"] == "away")
        (old,) = hub.adopted
        hub.forget()
        hub.knocks.clear()
        await hub.start()
        await adopted(screen, hub)
        assert old not in hub.tokens


async def test_the_token_of_one_address_goes_to_no_other_of_the_same_advert(
    tmp_path: Path,
) -> None:
    """It would be good when it is adopted."""
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0001", host="127.0.0.2") as thief,
        running(tmp_path, wire) as screen,
    ):
        await thief.stop()
        thief.port = hub.port
        await thief.start()
        addresses = (IPv4Address(hub.host), IPv4Address(thief.host))
        wire.found.append(replace(hub.advert(), addresses=addresses))
        await screen.code("Kitchen")
        await hub.stop()
        await thief.knocked(2)
        assert not thief.tokens & set(hub.codes)


async def test_a_hub_that_is_given_is_taken_by_its_address(tmp_path: Path) -> None:
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0002") as stranger,
        running(tmp_path, wire, hub=hub.url) as screen,
    ):
        wire.found += [stranger.advert()]
        await adopted(screen, hub)
        health = await screen.health()
        # Where it is was given, and its name is what it says.
        assert (health["hub"], health["hub_name"]) == (hub.url, "Kitchen")
        await hub.stop()
        told = await screen.shows(lambda told: told["state"] == "away")
        assert told["home"]["address"] == hub.place
        assert wire.browse is False
        assert not stranger.knocks
        await hub.start()
        await screen.is_well(lambda told: told["state"] == "adopted")


async def test_forgotten_by_its_hub_it_shows_a_code_again(tmp_path: Path) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire, does="polls") as screen:
        wire.found.append(hub.advert())
        hub.adopt(await screen.code("Kitchen"))
        await hub.visited()
        wire.found.clear()  # It is known where it was, whatever is announced.
        hub.forget()
        # The board is no place any more: the browser begins at our page again.
        health = await screen.is_well(lambda told: told["restarts"] == 1)
        assert "does not know this screen" in health["why"]
        hub.adopt(await screen.code("Kitchen"))
        await hub.visited(2)
        assert len(set(hub.visits)) == 1


async def test_away_is_told_with_the_reason_and_ends(tmp_path: Path) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        wire.found.append(hub.advert())
        await adopted(screen, hub)
        await hub.stop()
        told = await screen.shows(lambda told: told["state"] == "away")
        assert told["home"]["name"] == "Kitchen"
        assert "refused" in told["home"]["why"]
        await screen.shows(lambda now: now["seconds"] > told["seconds"] + 0.5)
        assert not (await screen.page())["kitchens"]  # It is nobody else than home.
        assert (await screen.page())["state"] == "away"
        await hub.start()
        await screen.is_well(lambda told: told["state"] == "adopted")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.Response(text="no JSON"), "as no kitchen does"),
        (
            web.Response(text=f'{{"state": "adopted", {WHO}, "sign_in": "//evil.example/"}}'),
            "as no kitchen does",
        ),
        (new('"code": "<b>123456</b>"'), "as no kitchen does"),
        (new('"code": "123456", "token": "a\\nHost: b"'), "as no kitchen does"),
        (new('"code": "123456", "token": "device_1"', "AAAAAAAA0002"), "another kitchen is there"),
        (web.Response(body=b" " * 10_000_000), "without an end"),
        (web.Response(status=500, text="{}"), "answers 500"),
        (web.Response(status=429, text="{}"), "asked too often"),
    ],
    ids=[*("text", "elsewhere", "no-code", "no-token", "another", "endless", "fault", "too-often")],
)
async def test_what_answers_as_no_hub_does_is_told_and_believed_in_nothing(
    tmp_path: Path, answer: web.Response, why: str
) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        hub.answer = answer
        wire.found.append(hub.advert())
        told = await screen.shows(lambda told: told["kitchens"] and told["kitchens"][0]["why"])
        assert why in told["kitchens"][0]["why"]
        assert not told["kitchens"][0]["code"]
        assert told["home"] is None
        hub.answer = None
        await adopted(screen, hub)


async def test_a_redirect_takes_its_token_nowhere(tmp_path: Path) -> None:
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        Hub("AAAAAAAA0002") as thief,
        running(tmp_path, wire) as screen,
    ):
        wire.found.append(hub.advert())
        await adopted(screen, hub)
        to = {"Location": f"{thief.url}/api/v1/kds/screens/knock"}
        hub.answer = web.Response(status=307, headers=to)
        told = await screen.shows(lambda told: told["state"] == "away")
        assert told["home"]["why"] == "it answers 307"
        assert not thief.knocks


async def test_of_many_who_say_to_be_hubs_four_are_asked_and_the_silent_ones_in_turn(
    tmp_path: Path,
) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        nobody = [Hub(f"BBBBBBBB{number:04}", f"Nobody {number}") for number in range(9)]
        for silent in nobody:
            silent.port = 1
        wire.found += [*(silent.advert() for silent in nobody), hub.advert()]
        await screen.code("Kitchen")
        told = await screen.page()
        assert len(told["kitchens"]) == MOST_AT_ONCE
        assert told["kitchens"][0]["name"] == "Kitchen"


async def test_of_several_addresses_of_a_hub_the_one_that_answers_is_taken(tmp_path: Path) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        advert = hub.advert()
        nowhere = IPv4Address("127.9.9.9")
        wire.found.append(replace(advert, addresses=(nowhere, *advert.addresses)))
        await adopted(screen, hub)
        assert (await screen.health())["hub"] == hub.url


async def test_its_hub_is_reached_at_its_other_address_when_the_first_is_gone(
    tmp_path: Path,
) -> None:
    wire = Wire()
    other = Hub("AAAAAAAA0001", host="127.0.0.2")
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        other.port = hub.port
        other.like(hub)
        addresses = (IPv4Address(hub.host), IPv4Address(other.host))
        wire.found.append(replace(hub.advert(), addresses=addresses))
        await adopted(screen, hub)
        assert (await screen.health())["hub"] == hub.url
        async with other:
            await hub.stop()
            await screen.is_well(lambda told: told["hub"] == other.url)
        assert not (await screen.health())["conflict"]


async def test_who_says_nothing_usable_is_not_asked(tmp_path: Path) -> None:
    wire = Wire()
    async with Hub("AAAAAAAA0001") as hub, running(tmp_path, wire) as screen:
        for wrong in ({"http": "0"}, {"http": "1e3"}, {"api": "/a?b"}, {"api": "//x/y"}):
            wire.found.append(hub.advert(**wrong))
        good = Hub("AAAAAAAA0002", "Good")
        async with good:
            wire.found.append(good.advert())
            await screen.code("Good")
            assert not hub.knocks
