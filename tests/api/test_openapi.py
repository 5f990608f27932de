"""The published contract: there for everybody, of every path, valid, and true."""

import asyncio
import copy
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import openapi_spec_validator
import pytest

from appliance.api.auth import ROLES
from appliance.pages import STATIC, path_of
from tests.api.asking import ask
from tests.api.conforming import document_of, fits_the_contract, operations_at, validator
from tests.running import RunningAppliance

DOCUMENT = "/api/v1/kds/openapi.json"
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
PAGES = {path_of(file) for file in STATIC.rglob("*.*")} | {"/ca.pem"}
"""What is for browsers alone and no part of the API."""
CHANGING_NOTHING = ("/routing/test", "/printers/look", "/setup/check", "/setup/route")
JSON = {"Content-Type": "application/json"}
BOTH: list[dict[str, list[str]]] = [{"token": []}, {"session": []}, {"secure_session": []}]


async def document(appliance: RunningAppliance) -> dict[str, Any]:
    answer = await ask(appliance, "GET", DOCUMENT, role=None)
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def filled_in(path: str, operation: dict[str, Any]) -> str:
    """The path with the examples of its parts."""
    for each in operation["parameters"]:
        if each.get("in") == "path":
            path = path.replace(f"{{{each['name']}}}", each["example"])
    return path


def example(operation: dict[str, Any]) -> tuple[dict[str, str], bytes | None]:
    """The headers and the body of the operation's example."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            return {"Content-Type": kind}, json.dumps(content["example"]).encode()
    return {}, None


async def status_of(
    appliance: RunningAppliance, method: str, path: str, operation: dict[str, Any], role: str | None
) -> int:
    """What the example is answered; a stream is left as soon as it begins."""
    headers, data = example(operation)
    if role is not None:
        headers["Authorization"] = f"Bearer {appliance.token(role)}"
    url = appliance.url + filled_in(path, operation)
    async with appliance.http.request(method, url, headers=headers, data=data) as answer:
        return answer.status


async def test_it_is_openapi_3_1(appliance: RunningAppliance) -> None:
    body = await document(appliance)
    assert body["openapi"].startswith("3.1.")
    await asyncio.to_thread(openapi_spec_validator.validate, body)


async def test_every_route_is_described_and_nothing_else(appliance: RunningAppliance) -> None:
    described = {(method, path) for method, path, _ in operations(await document(appliance))}
    routed = {
        (route.method, route.resource.canonical)
        for route in appliance.app.router.routes()
        if route.method != "HEAD"
        and route.resource is not None
        and route.resource.canonical not in PAGES
    }
    assert described == routed


async def test_every_reference_leads_somewhere_and_nothing_is_left_over(
    appliance: RunningAppliance,
) -> None:
    body = await document(appliance)
    used = set(re.findall(r'"#/components/(\w+)/([\w-]+)"', json.dumps(body)))
    used |= {("securitySchemes", name) for each in BOTH for name in each}
    there = {(kind, name) for kind, named in body["components"].items() for name in named}
    assert used == there


async def test_every_operation_says_who_may_and_what_can_go_wrong(
    appliance: RunningAppliance,
) -> None:
    body = await document(appliance)
    tags = {tag["name"] for tag in body["tags"]}
    ids, used = [], set()
    for method, path, operation in operations(body):
        assert operation["summary"].endswith("."), path
        assert "For " in operation["description"], path
        statuses = set(operation["responses"])
        assert {"403", "500"} < statuses, path
        assert ("401" in statuses and bool(operation["x-roles"])) or not operation["security"]
        if "requestBody" in operation:
            assert "413" in statuses, path
            for content in operation["requestBody"]["content"].values():
                assert content["example"], path
        for response in operation["responses"].values():
            assert "X-Request-ID" in response["headers"]
        in_path = [each["name"] for each in operation["parameters"] if each.get("in") == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path), (method, path)
        ids.append(operation["operationId"])
        used |= set(operation["tags"])
    assert len(set(ids)) == len(ids)
    assert used == tags
    assert all(tag["description"] for tag in body["tags"])


async def test_the_readme_says_what_the_gateway_has_too(appliance: RunningAppliance) -> None:
    assert "(the first three rows also below `/v1/commerce/kds`)" in README
    rows = re.findall(r"^\| `(?:GET|POST) (/[^?`]*)", README, re.MULTILINE)
    shown = [re.compile(re.sub(r"\{\w+\}", "[^/]+", row)) for row in rows]
    through = [
        path.removeprefix("/v1/commerce/kds")
        for path in (await document(appliance))["paths"]
        if path.startswith("/v1/commerce/kds")
    ]
    of_each = [any(row.fullmatch(path) for path in through) for row in shown]
    assert of_each == [True] * 3 + [False] * (len(rows) - 3)
    assert all(any(row.fullmatch(path) for row in shown[:3]) for path in through)


async def test_what_needs_a_token_says_so_and_nothing_else_does(
    appliance: RunningAppliance,
) -> None:
    for method, path, operation in operations(await document(appliance)):
        status = await status_of(appliance, method, path, operation, role=None)
        assert operation["security"] in ([], BOTH)
        # Signing in is what 401 says that this was not.
        refused = status == 401 and path != "/sign-in"
        assert refused == bool(operation["security"]), (method, path, status)


async def test_the_roles_that_are_stated_are_those_that_may(appliance: RunningAppliance) -> None:
    for method, path, operation in operations(await document(appliance)):
        if not operation["security"]:
            continue
        for role in ("chef", "manager", "server", "pos_staff", "nobody"):
            status = await status_of(appliance, method, path, operation, role)
            assert (status != 403) == (role in operation["x-roles"]), (method, path, role)


async def test_who_may_is_said_in_words(appliance: RunningAppliance) -> None:
    words = {
        frozenset(operation["x-roles"]): operation["description"]
        for _method, _path, operation in operations(await document(appliance))
    }
    assert "anybody" in words[frozenset()]
    assert "everybody who is signed in" in words[ROLES]
    assert any("managers and pos_staff" in each for each in words.values())


async def test_the_examples_fit_their_schemas_and_are_understood(
    appliance: RunningAppliance,
) -> None:
    body = await document(appliance)
    await appliance.order(id="123", items=[{"lineId": "1", "name": "Hamburger"}])
    for method, path, operation in operations(body):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"] | {"components": body["components"]}
            validator(json.dumps(schema)).validate(content["example"])
        if operation["security"]:
            status = await status_of(appliance, method, path, operation, "manager")
            assert status in (200, 201, 204, 404, 409), (method, path, status)


async def test_a_text_that_stands_for_a_number_is_described_where_it_is_taken(
    appliance: RunningAppliance,
) -> None:
    body = await document(appliance)
    lenient = body["paths"]["/api/v1/kds/orders"]["post"]["requestBody"]["content"]
    strict = body["paths"]["/api/v1/kds/courses/fire"]["post"]["requestBody"]["content"]
    sent = {
        "/orders": {"id": "7", "covers": "2", "items": [{"name": "Soup", "qty": "3"}]},
        "/courses/fire": {"order_id": "7", "course_number": "1"},
    }
    for (path, value), content, taken in zip(
        sent.items(), (lenient, strict), (True, False), strict=True
    ):
        schema = content["application/json"]["schema"] | {"components": body["components"]}
        assert validator(json.dumps(schema)).is_valid(value) == taken
        status, _ = await appliance.call("POST", path, json=value)
        assert (status < HTTPStatus.BAD_REQUEST) == taken


async def test_the_descriptions_are_the_docstrings(appliance: RunningAppliance) -> None:
    body = await document(appliance)
    assert body["components"]["schemas"]["TicketJson"]["description"].startswith("A ticket.")
    bump = operations_at(body, "/api/v1/kds/stations/grill/orders/7/ticket/bump")
    assert bump is not None
    assert bump["post"]["summary"].startswith("Complete it and take it off the board")
    assert body["tags"][0]["description"].startswith("Orders over HTTP")


async def test_what_is_ours_of_a_tickets_metadata_is_described(
    appliance: RunningAppliance,
) -> None:
    schemas = (await document(appliance))["components"]["schemas"]
    (name,) = re.findall(r"\w+$", schemas["TicketJson"]["properties"]["metadata"]["$ref"])
    described = schemas[name]
    ours = {"queued", "firesAt", "firedAt", "lateAt", "veryLateAt", "waitsSince", "recallUntil"}
    ours |= {"alsoAt", "overflowFrom", "forgotten", "pickupAt", "cancelled", "items"}
    ours |= {"collectedAt"}
    assert described["required"] == ["queued"]
    assert set(described["properties"]) == ours
    assert all(each["description"] for each in described["properties"].values())
    check = validator(json.dumps(described | {"components": {"schemas": schemas}}))
    assert check.is_valid({"queued": 1, "items": {"1": {"course": "Mains"}}, "deliveryInfo": {}})
    for wrong in ({"firesAt": "soon"}, {"alsoAt": "fry"}, {"items": {"1": {"firesAt": 5}}}):
        assert not check.is_valid({"queued": 1} | wrong)


async def test_what_was_taken_back_is_what_is_done_by_hand(appliance: RunningAppliance) -> None:
    schemas = (await document(appliance))["components"]["schemas"]
    by_hand = "bumped fired item_done item_undone moved prioritized ready recalled started voided"
    assert schemas["UndoneJson"]["properties"]["undone"]["enum"] == by_hand.split()


async def test_each_part_of_the_status_is_described(appliance: RunningAppliance) -> None:
    body = await document(appliance)
    operation = body["paths"]["/api/v1/kds/status"]["get"]
    told = (await ask(appliance, "GET", "/api/v1/kds/status")).body
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    described = body["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert set(told) <= set(described["properties"])
    assert set(described["required"]) == set(told) - {"beacon", "https"}
    check = validator(json.dumps(schema | {"components": body["components"]}))
    assert check.is_valid(told)
    for name in told:
        assert not check.is_valid(told | {name: {}}), name


async def test_a_key_behind_the_question_mark_that_is_not_known_is_refused(
    appliance: RunningAppliance,
) -> None:
    asked = 0
    for method, path, operation in operations(await document(appliance)):
        takes = any(each.get("in") == "query" for each in operation["parameters"])
        if takes and path != "/sign-in":
            filled = filled_in(path, operation)
            answer = await ask(appliance, method, f"{filled}?station=grill")
            assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR"), path
            assert answer.body["details"] == {"field": "station"}, path
            asked += 1
    assert asked > 6


async def test_every_answer_is_held_against_what_is_published(appliance: RunningAppliance) -> None:
    assert document_of(appliance) == await document(appliance)


async def test_an_answer_that_is_not_described_fails_every_test(
    appliance: RunningAppliance,
) -> None:
    path = "/api/v1/kds/stations"
    true, untrue = document_of(appliance), copy.deepcopy(document_of(appliance))
    del untrue["paths"][path]["get"]["responses"]["200"]
    url, headers = appliance.url + path, {"Authorization": f"Bearer {appliance.token()}"}
    async with appliance.http.get(url, headers=headers) as answer:
        text = await answer.text()
        fits_the_contract(true, "GET", path, answer, text)
        with pytest.raises(AssertionError):
            fits_the_contract(true, "GET", path, answer, text.replace("station_type", "x"))
        with pytest.raises(AssertionError):
            fits_the_contract(untrue, "GET", path, answer, text)


async def test_a_path_that_is_none_is_404_and_a_method_that_it_lacks_405(
    appliance: RunningAppliance,
) -> None:
    about = (await document(appliance))["info"]["description"]
    assert "404" in about
    assert "405" in about
    assert (await ask(appliance, "GET", "/api/v1/kds/nothing")).status == 404
    for method in ("PATCH", "DELETE", "PUT"):
        answer = await ask(appliance, method, DOCUMENT, role=None)
        assert (answer.status, answer.body["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert answer.headers["Allow"] == "GET,HEAD"


async def test_a_key_is_described_where_there_is_one(appliance: RunningAppliance) -> None:
    key = {"$ref": "#/components/parameters/X-Idempotency-Key"}
    for method, path, operation in operations(await document(appliance)):
        changes = not path.endswith(CHANGING_NOTHING)
        has_one = method == "POST" and bool(operation["security"]) and changes
        assert (key in operation["parameters"]) == has_one, path
        assert ("Idempotent-Replayed" in str(operation["responses"])) == has_one, path
        assert not has_one or {"400", "409", "413", "503"} < set(operation["responses"]), path
