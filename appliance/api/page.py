"""The OpenAPI document as one page of HTML: no script, nothing from elsewhere, nothing to fetch.

It is rendered from the document and knows nothing besides.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from shlex import quote
from typing import Any, Final, NamedTuple

STYLE: Final = Path(__file__).with_name("docs.css").read_text(encoding="utf-8")
_STYLE_HASH: Final = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    # Its own style and nothing else, and in nobody's frame.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_SITE: Final = "http://appliance.invalid"
"""Stands for the site that the page is read at."""
_NO_LIMIT: Final = 10**15
"""A number beyond is that of a computer, and none that a reader keeps to."""
_WORD: Final = re.compile(r"`([^`]+)`")

_FRAMES: Final = {
    "heard": "What is heard, as JSON in each event's <code>data</code> or in a WebSocket's text",
    "sent": "To a client of the WebSocket besides",
    "received": "From a client of the WebSocket",
}

Json = Mapping[str, Any]


class Page(NamedTuple):
    """The page, but for the site that it is read at."""

    html: str

    def at(self, site: str) -> str:
        """For a browser that has it from this site; its commands go there."""
        return self.html.replace(_SITE, escape(site))


def render(document: Json, gateway: str) -> Page:
    """The page of a document. Paths below `gateway` are others' second names."""
    return Page("\n".join(_page(document, gateway)))


def _page(document: Json, gateway: str) -> Iterator[str]:
    info, tags = document["info"], document["tags"]
    title = escape(info["title"])
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: the API</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )
    links = [(f"#{_id(tag['name'])}", tag["name"]) for tag in tags]
    links += [("#types", "Types"), ("openapi.json", "OpenAPI document"), ("/", "The board")]
    yield '<nav aria-label="Contents">\n<h2>Contents</h2>\n<ul>'
    yield from (f'<li><a href="{href}">{escape(words)}</a></li>' for href, words in links)
    yield "</ul>\n</nav>\n<main>"
    yield f"<h1>{title}: the API <small>version {escape(info['version'])}</small></h1>"
    yield f"<p>{escape(info['summary'])}</p>"
    yield from (f"<p>{_words(text)}</p>" for text in info["description"].split("\n\n"))
    yield (
        "<p>The commands below take their token from <code>$TOKEN</code>; "
        "on the appliance, this sets it:</p>"
        '<pre class="command">TOKEN=$(expeditor token --role manager)</pre>'
    )
    for tag in tags:
        yield f'<section id="{_id(tag["name"])}">\n<h2>{escape(tag["name"])}</h2>'
        yield f"<p>{_words(tag['description'])}</p>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"] and not path.startswith(gateway):
                    yield from _operation(document, method, path, operation)
        yield "</section>"
    yield '<section id="types">\n<h2>Types</h2>'
    yield "<p>What requests and answers are made of.</p>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _type(name, schema)
    yield "</section>\n</main>\n</body>\n</html>"


def _operation(document: Json, method: str, path: str, operation: Json) -> Iterator[str]:
    yield (
        f'<details id="{operation["operationId"]}">\n<summary><h3>'
        f'<span class="method {method}">{method.upper()}</span> '
        f'<code class="path">{escape(path)}</code> '
        f'<span class="what">{_words(operation["summary"])}</span></h3></summary>\n<div>'
    )
    yield f"<p>{_words(operation['description'])}</p>"
    twins = [
        other
        for other, methods in document["paths"].items()
        if methods.get(method, {}).get("operationId") == f"{operation['operationId']}_gateway"
    ]
    yield from (f"<p>Also <code>{escape(twin)}</code>.</p>" for twin in twins)
    if operation["x-roles"]:
        yield f'<p class="quiet">Roles: {escape(", ".join(operation["x-roles"]))}.</p>'
    parameters = [_resolved(document, each) for each in operation["parameters"]]
    if parameters:
        named = [
            (
                f"<code>{escape(each['name'])}</code>",
                escape(each["in"]) + (", required" if each.get("required") else ""),
                _kind(each["schema"]),
                _words(each.get("description", "")),
            )
            for each in parameters
        ]
        yield from _table("Parameters", ("Name", "Where", "Type", "Meaning"), named)
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h4>Body</h4>\n<p><code>{kind}</code>: {_kind(content['schema'])}</p>"
        if "$ref" in content["schema"]:
            name = content["schema"]["$ref"].rpartition("/")[2]
            yield from _fields(document["components"]["schemas"][name])
    rows = [
        (f"<code>{status}</code>", _answer(answer), _words(answer["description"]))
        for status, answer in operation["responses"].items()
    ]
    yield from _table("Answers", ("Status", "What", "Meaning"), rows)
    for name, frames in operation.get("x-frames", {}).items():
        kinds = ", ".join(map(_kind, frames["anyOf"]))
        yield f"<p>{_FRAMES[name]}: {kinds}.</p>"
    yield f'<h4>Example</h4>\n<pre class="command">{escape(command(method, path, operation))}</pre>'
    yield "</div>\n</details>"


def command(method: str, path: str, operation: Json) -> str:
    """A command line that asks for it."""
    for each in operation["parameters"]:
        if each.get("in") == "path":
            path = path.replace(f"{{{each['name']}}}", each["example"])
    words = ["curl"]
    if method != "get":
        words += ["-X", method.upper()]
    if operation["security"]:
        words += ["-H", '"Authorization: Bearer $TOKEN"']
    words.append(_SITE + path)
    if any(each.get("name") == "Origin" for each in operation["parameters"]):
        words += ["-H", f"'Origin: {_SITE}'"]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            body = json.dumps(content["example"], ensure_ascii=False)
            words += ["-H", quote(f"Content-Type: {kind}"), "-d", quote(body)]
        elif kind == "application/octet-stream":
            words += ["-H", quote(f"Content-Type: {kind}"), "--data-binary", "@FILE"]
        else:
            words += [
                f"-d {quote(f'{name}={value}')}" for name, value in content["example"].items()
            ]
    return " ".join(words)


def _answer(answer: Json) -> str:
    kinds = [
        _kind(content["schema"]) if kind == "application/json" else f"<code>{kind}</code>"
        for kind, content in answer.get("content", {}).items()
    ]
    headers = [f"<code>{name}</code>" for name in answer["headers"] if name != "X-Request-ID"]
    return ", ".join([*(kinds or ["nothing"]), *headers])


def _type(name: str, schema: Json) -> Iterator[str]:
    yield (
        f'<details id="type-{name}">\n<summary><h3><span class="method">type</span> '
        f'<code class="path">{name}</code> '
        f'<span class="what">{_words(schema.get("description", ""))}</span>'
        "</h3></summary>\n<div>"
    )
    yield from _fields(schema)
    yield "</div>\n</details>"


def _fields(schema: Json) -> Iterator[str]:
    required = schema.get("required", ())
    rows = []
    for name, wanted in sorted(
        schema["properties"].items(), key=lambda field: field[0] not in required
    ):
        notes = [_words(wanted.get("description", ""))]
        if name in required:
            notes.insert(0, "required")
        elif wanted.get("default") not in (None, [], {}, ""):
            notes.append(f"default <code>{escape(json.dumps(wanted['default']))}</code>")
        rows.append((f"<code>{escape(name)}</code>", _kind(wanted), "; ".join(filter(None, notes))))
    yield from _table(None, ("Field", "Type", ""), rows)
    if schema.get("additionalProperties") is False:
        yield '<p class="quiet">Nothing else may be in it.</p>'


def _table(
    title: str | None, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> Iterator[str]:
    if title:
        yield f"<h4>{title}</h4>"
    yield "<table>\n<thead><tr>"
    yield "".join(f'<th scope="col">{head}</th>' if head else "<td></td>" for head in heads)
    yield "</tr></thead>\n<tbody>"
    for first, *others in rows:
        cells = "".join(f"<td>{each}</td>" for each in others)
        yield f'<tr><th scope="row">{first}</th>{cells}</tr>'
    yield "</tbody>\n</table>"


def _kind(schema: Json) -> str:
    """A schema in words, with links to the types that it names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#type-{name}">{name}</a>'
    if "anyOf" in schema:
        kinds = (each.get("description") or _kind(each) for each in schema["anyOf"])
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return " | ".join(f"<code>{escape(json.dumps(each))}</code>" for each in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        words = f"list of {_kind(schema.get('items', {}))}"
    elif isinstance(schema.get("additionalProperties"), dict):
        words = f"object of {_kind(schema['additionalProperties'])}"
    else:
        words = schema.get("format", kind)
    return words + "".join(_limits(schema))


def _limits(schema: Json) -> Iterator[str]:
    unit = {"array": " items", "string": " characters"}.get(schema.get("type", ""), "")
    for least, most in (
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
    ):
        low, high = (
            None if bound is None or abs(bound) > _NO_LIMIT else bound
            for bound in (schema.get(least), schema.get(most))
        )
        if low is not None and high is not None:
            yield f", {low} to {high}{unit}"
        elif high is not None:
            yield f", at most {high}{unit}"
        elif low is not None:
            yield f", at least {low}{unit}"
    if "pattern" in schema:
        yield f", as <code>{escape(schema['pattern'])}</code>"


def _resolved(document: Json, parameter: Json) -> Json:
    if "$ref" not in parameter:
        return parameter
    found: Json = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def _words(text: str) -> str:
    """Text for people, in which what stands in backquotes is code."""
    return _WORD.sub(r"<code>\1</code>", escape(text, quote=False))


def _id(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower())
