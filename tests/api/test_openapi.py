"""The published contract: there for everybody, of every operation, and true."""

import json
import re
from typing import Any

from tests.api.asking import ask
from tests.running import RunningAppliance

DOCUMENT = "/api/v1/kds/openapi.json"
NOT_OF_THE_API = re.compile(r"/(sign-in|sign-out|static|$)|/[^/]+\.(js|css|html)$")
APART = {f"/api/v1/kds/{name}" for name in ("events", "session", "openapi.json")}


async def document(appliance: RunningAppliance) -> dict[str, Any]:
    answer = await ask(appliance, "GET", DOCUMENT, role=None)
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


async def test_every_route_is_described_and_nothing_else(appliance: RunningAppliance) -> None:
    described = {
        (method.upper(), path)
        for path, methods in (await document(appliance))["paths"].items()
        for method in methods
    }
    app = appliance.app
    routed = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD"
        and route.resource is not None
        and route.resource.canonical.startswith(("/api", "/v1"))
        and route.resource.canonical not in APART
    }
    assert described == routed


async def test_every_reference_leads_somewhere_and_nothing_is_left_over(
    appliance: RunningAppliance,
) -> None:
    body = await document(appliance)
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(body)))
    assert used == set(body["components"]["schemas"])


async def test_every_operation_states_its_errors_its_security_and_its_roles(
    appliance: RunningAppliance,
) -> None:
    ids = []
    for path, methods in (await document(appliance))["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert {"401", "403", "429", "500"} < set(operation["responses"]), path
            assert operation["security"] == [{"token": []}, {"session": []}, {"secure_session": []}]
            assert operation["x-roles"]
            named = re.findall(r"\{(\w+)\}", path)
            in_path = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
            assert in_path == named
            ids.append(operation["operationId"])
    assert len(set(ids)) == len(ids)


async def test_a_key_is_described_where_there_is_one(appliance: RunningAppliance) -> None:
    for path, methods in (await document(appliance))["paths"].items():
        for method, operation in methods.items():
            named = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
            assert named == (["X-Idempotency-Key"] if method == "post" else []), path
            if method == "post":
                assert {"400", "409", "413", "503"} < set(operation["responses"]), path


async def test_the_roles_that_are_stated_are_those_that_may(appliance: RunningAppliance) -> None:
    everybody = {"chef", "manager", "server", "pos_staff", "line_cook", "owner"}
    for path, methods in (await document(appliance))["paths"].items():
        for method, operation in methods.items():
            for role in everybody:
                filled = re.sub(r"\{\w+\}", "nowhere", path)
                answer = await ask(
                    appliance, method.upper(), filled, role=role, data=b"{}",
                    headers={"Content-Type": "application/json"},
                )  # fmt: skip
                may = role in operation["x-roles"]
                assert (answer.status != 403) == may, (method, path, role)
                assert str(answer.status) in operation["responses"], (method, path, answer)
