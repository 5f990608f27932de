"""What the channel posts, read: no order is lost for what nobody needs, or for half a character.

The channel takes every 400 for the end of an order. So what is not as it is published is left out
where an order can do without, and shown to the cook where it is about a dish. Only what makes a
message what it is (ids, account and location, status, a list of items) has to be right.
"""

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
import msgspec.structs

from appliance.deliverect.messages import ItemMessage, Message, Product, Registration

# Not strict: numbers and booleans come as strings, too.
_decode = msgspec.json.Decoder(Message, strict=False).decode
_decode_registration = msgspec.json.Decoder(Registration, strict=False).decode
_decode_list = msgspec.json.Decoder(list[Any]).decode
_Kind = TypeVar("_Kind")
_MALFORMED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_FIELDS: Final = frozenset(each.encode_name for each in msgspec.structs.fields(Message))
_NEEDED: Final = frozenset(
    {"orderId", "_id", "checkoutId", "status", "items"}
    | {"account", "accountId", "location", "locationId"}
)
"""What makes a message what it is."""
_OF_ITEM: Final = {each.encode_name: each.type for each in msgspec.structs.fields(ItemMessage)}
_LONGEST_SHOWN: Final = 200
"""Characters of what could not be read, as a cook is shown it."""


class NotUnderstood(ValueError):
    """It is no message of this protocol; the text says why."""


def message(body: bytes) -> Message:
    """Raises NotUnderstood."""
    try:
        return _decode(body)
    except msgspec.ValidationError:
        return _without_what_is_wrong(body)
    except _MALFORMED as error:
        repaired = _repaired(body, error)
    return _without_what_is_wrong(repaired)


def registration(body: bytes) -> Registration:
    """Raises NotUnderstood."""
    return _understood(_decode_registration, body)


def products(body: bytes) -> tuple[list[Product], str]:
    """Those that can be read, and what is wrong with the first that cannot. Raises NotUnderstood.

    A dish that nobody can read keeps no allergens of another one from the kitchen.
    """
    found: list[Product] = []
    unread = ""
    for sent in _understood(_decode_list, body):
        try:
            found.append(_understood(_product, sent))
        except NotUnderstood as error:
            unread = unread or str(error)
    return found, unread


def _product(sent: Any) -> Product:
    if isinstance(sent, dict) and isinstance(tags := sent.get("productTags"), list):
        sent = sent | {"productTags": [each for each in tags if each is not None]}
    return msgspec.convert(sent, Product, strict=False)


def _repaired(body: bytes, wrong: Exception) -> bytes:
    """As JSON that everybody reads: halves of characters are question marks.

    A platform that cuts a guest's note may cut an emoji in two. Raises NotUnderstood.
    """
    try:
        document = json.loads(body.decode("utf-8-sig", errors="replace"))
        return json.dumps(document, ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError):
        raise NotUnderstood(_readable(str(wrong))) from wrong


def _without_what_is_wrong(body: bytes) -> Message:
    document = _understood(msgspec.json.decode, body)
    if not isinstance(document, dict):
        raise NotUnderstood("an object is needed")
    good: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in _FIELDS & document.keys():
        value = document[name]
        if name == "items" and isinstance(value, list):
            good[name] = _understood(_items, value)
            continue
        try:
            msgspec.convert({name: value}, Message, strict=False)
        except msgspec.ValidationError as error:
            wrong[name] = str(error)
        else:
            good[name] = value
    said = _understood(_converted, good)
    if said.word == "cancelled":
        wrong.pop("items", None)  # Whatever it was: it is not to be made.
    for name in sorted(_NEEDED & wrong.keys()):
        raise NotUnderstood(_readable(wrong[name]))
    return said


def _converted(document: dict[str, Any]) -> Message:
    return msgspec.convert(document, Message, strict=False)


def _items(sent: list[Any]) -> list[dict[str, Any]]:
    return [_item(each) for each in sent]


def _item(sent: Any) -> dict[str, Any]:
    """An item, or what is below one, as it is published; the rest of it is said in its remark."""
    if not isinstance(sent, dict):
        return {"name": _shown(sent)}
    good: dict[str, Any] = {}
    unread: list[str] = []
    for name in _OF_ITEM.keys() & sent.keys():
        value = sent[name]
        if name == "subItems" and isinstance(value, list):
            good[name] = _items(value)
            continue
        try:
            msgspec.convert(value, _OF_ITEM[name], strict=False)
        except msgspec.ValidationError:
            if value not in ("", [], {}):
                unread.append(f"{name}: {_shown(value)}")
        else:
            good[name] = value
    if unread:
        remarks = (good.pop("itemRemark", None) or good.pop("remark", None), *sorted(unread))
        good["itemRemark"] = "; ".join(str(each) for each in remarks if each)
    return good


def _shown(value: object) -> str:
    said = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return said[:_LONGEST_SHOWN]


def _understood(read: Callable[[Any], _Kind], sent: object) -> _Kind:
    try:
        return read(sent)
    except _MALFORMED as error:
        raise NotUnderstood(_readable(str(error))) from error


def _readable(error: str) -> str:
    what, at, where = error.partition(" - at ")
    if what.startswith("Expected `str` matching regex"):
        what = "An id without spaces, slashes and ?#% is needed"
    return f"{what}{at}{where}"
