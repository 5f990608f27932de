"""What stands between the channel and this room: paths, header, numbers; and the signature.

Sources: the vendor's published KDS API, and its pages "HMAC Authentication", "Order Statuses" and
"How POS Order Failover works".
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final

from appliance.channels.progress import BEGUN, COLLECTED, DONE, READY, TAKEN, Word

ORDERS: Final = "/kds_order_notification"
"""It posts orders here, and so cancellations; the next three are ours as well."""
STATUSES: Final = "/kds/order_status_update"
PRODUCTS: Final = "/kds/productUpdate"
REGISTER: Final = "/kds/register_kds"

TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
"""Its own, and so are the next two."""
ORDER_STATUS: Final = "/kds/orderStatus/{order_id}"
STORE_STATUS: Final = "/updateStoreStatus/{location}"
"""Of its Store API, for which a token needs a scope of STORE_SCOPES."""
STORE_SCOPES: Final = frozenset({"store", "genericPOS"})

SIGNATURE: Final = "X-Server-Authorization-HMAC-SHA256"

ACCEPTED, PREPARING, PREPARED, READY_FOR_PICKUP, IN_DELIVERY = 20, 50, 60, 70, 80
CODES: Final[Mapping[int, int]] = {
    TAKEN: ACCEPTED,
    BEGUN: PREPARING,
    DONE: PREPARED,
    READY: READY_FOR_PICKUP,
    COLLECTED: IN_DELIVERY,
}
"""What we tell of an order, by how far it is."""

CANCEL: Final = 100
WORDS: Final[Mapping[int | str, Word]] = {
    80: "left",
    87: "left",
    89: "left",
    90: "finished",
    95: "finished",
    CANCEL: "cancelled",
    110: "cancelled",
    120: "failed",
    121: "failed",
    124: "failed",
    "failed": "failed",
}
"""What its status means for us; any other means that the order goes on. Those of checkouts are
words."""


def signature(secret: bytes, body: bytes) -> str:
    """Of the raw bytes of a body, as its header has it."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def signed_by(sent: str, body: bytes, secrets: Iterable[bytes]) -> list[bytes]:
    """Those of the secrets that made a signature; as long for one as for none."""
    given = sent.encode("utf-8", "replace")
    return [
        secret for secret in secrets if hmac.compare_digest(signature(secret, body).encode(), given)
    ]
