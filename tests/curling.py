"""Command lines with curl as guides write them down, done as curl does them."""

import http.client
import json
import shlex
import ssl
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

WITH_VALUE = {"-X", "-H", "-d", "-o", "--cacert", "--data-binary"}
WITHOUT_VALUE = {"-i", "-N"}
"""What a person sees by these is looked at in any case."""
ELIDED = "…"


class Answer(NamedTuple):
    """`body` is decoded where it is JSON."""

    status: int
    headers: http.client.HTTPMessage
    body: Any


def curl(command: str, directory: Path, variables: Mapping[str, str]) -> Answer:
    """Do what the command line says. Files are those of `directory`."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    url, given = _understood(command)
    data = "&".join(given["-d"]).encode() if "-d" in given else None
    for file in given["--data-binary"]:
        data = (directory / file.removeprefix("@")).read_bytes()
    headers = dict(each.split(": ", 1) for each in given["-H"])
    if data is not None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    method = given["-X"][0] if "-X" in given else "GET" if data is None else "POST"
    answer = _ask(method, url, headers, data, [directory / file for file in given["--cacert"]])
    for file in given["-o"]:
        (directory / file).write_text(answer.body)
    return answer


def _understood(command: str) -> tuple[str, dict[str, list[str]]]:
    """The address, and what is given by option."""
    first, *words = shlex.split(command.replace("\\\n", " "))
    assert first == "curl", command
    given: dict[str, list[str]] = defaultdict(list)
    rest = iter(words)
    addresses = []
    for word in rest:
        if word in WITH_VALUE:
            given[word].append(next(rest))
        elif word not in WITHOUT_VALUE:
            addresses.append(word)
    (url,) = addresses
    return url, given


def _ask(
    method: str, url: str, headers: Mapping[str, str], data: bytes | None, trusted: list[Path]
) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    if parts.scheme == "https":
        (authority,) = trusted
        context = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
    try:
        target = urlunsplit(("", "", parts.path, parts.query, ""))
        connection.request(method, target, data, dict(headers))
        answer = connection.getresponse()
        if answer.headers.get_content_type() == "text/event-stream":
            return Answer(answer.status, answer.headers, None)  # It has no end.
        content = answer.read()
    finally:
        connection.close()
    is_json = answer.headers.get_content_type() == "application/json"
    body = json.loads(content) if is_json else content.decode()
    return Answer(answer.status, answer.headers, body)


def exchanges(text: str) -> Iterator[tuple[str, str]]:
    """The commands in a guide's blocks of `console`, each with what is shown of its answer."""
    for block in text.split("```console\n")[1:]:
        for part in f"\n{block.partition('```')[0]}".split("\n$ ")[1:]:
            lines = part.split("\n")
            size = next(
                size for size in range(1, len(lines) + 1) if _is_whole("\n".join(lines[:size]))
            )
            yield "\n".join(lines[:size]), "\n".join(lines[size:]).strip()


def _is_whole(command: str) -> bool:
    if command.endswith("\\"):
        return False
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def is_shown(shown: str, answer: Answer) -> bool:
    """Whether an answer is what the guide shows of it; `…` stands for anything, or for more."""
    status, body = 0, shown
    if shown.startswith("HTTP/1.1 "):
        head, _, body = shown.partition("\n\n")
        first, *headers = head.splitlines()
        status = int(first.split()[1])
        for name, _, value in (line.partition(": ") for line in headers):
            if not _fits(value, answer.headers.get(name)):
                return False
    if answer.status != status and (status or answer.status >= 300):
        return False
    return not body or _fits(json.loads(body), answer.body)


def _fits(shown: Any, is_so: Any) -> bool:
    if shown == ELIDED:
        return is_so is not None
    if isinstance(shown, dict) and isinstance(is_so, dict):
        named = shown.keys() - {ELIDED}
        return (named == is_so.keys() or ELIDED in shown) and all(
            name in is_so and _fits(shown[name], is_so[name]) for name in named
        )
    if isinstance(shown, list) and isinstance(is_so, list):
        more = shown[-1:] == [ELIDED]
        first = shown[:-1] if more else shown
        return (more or len(first) == len(is_so)) and all(map(_fits, first, is_so))
    return bool(shown == is_so)
