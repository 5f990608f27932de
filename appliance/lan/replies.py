"""The kitchen's answers as the bytes that the LAN protocol documents."""

from typing import Final

from appliance.kitchen.command import OrderAccepted, Refused, Reply

UNABLE_TO_PARSE: Final = b"Unable to parse data"
ORDER_DOES_NOT_EXIST: Final = b"ORDER_DOES_NOT_EXIST"
FAILURES: Final = frozenset({UNABLE_TO_PARSE, ORDER_DOES_NOT_EXIST})


def encode(reply: Reply) -> bytes:
    """Bare text, without quotes and without a newline."""
    match reply:
        case OrderAccepted(order_id):
            return order_id.encode(errors="replace")
        case Refused(reason="no_such_order"):
            return ORDER_DOES_NOT_EXIST
        case _:
            return UNABLE_TO_PARSE
