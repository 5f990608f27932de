"""What stands between the channel and this room: paths, header, numbers; and the signature.

Sources: the vendor's published KDS API, and its pages "HMAC Authentication", "Order Statuses" and
"How POS Order Failover works".
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final, Literal

ORDERS: Final = "/kds_order_notification"
"""It posts orders here, and so cancellations; the next three are ours as well."""
STATUSES: Final = "/kds/order_status_update"
PRODUCTS: Final = "/kds/productUpdate"
REGISTER: Final = "/kds/register_kds"
PATHS: Final = frozenset({ORDERS, STATUSES, PRODUCTS, REGISTER})

TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
"""Its own, and so are the next two."""
ORDER_STATUS: Final = "/kds/orderStatus/{order_id}"
STORE_STATUS: Final = "/updateStoreStatus/{location}"
"""Of its Store API, for which a token needs a scope of STORE_SCOPES."""
STORE_SCOPES: Final = frozenset({"store", "genericPOS"})

SIGNATURE: Final = "X-Server-Authorization-HMAC-SHA256"

Progress = Literal[0, 20, 50, 60, 70, 80]
ACCEPTED: Final = 20
PREPARING: Final = 50
PREPARED: Final = 60
READY_FOR_PICKUP: Final = 70
IN_DELIVERY: Final = 80
STEPS: Final = (ACCEPTED, PREPARING, PREPARED, READY_FOR_PICKUP, IN_DELIVERY)
"""What we tell of an order, each once, in this order."""

CANCEL: Final = 100
CANCELLED: Final = frozenset({CANCEL, 110})
"""The order is taken back."""
FAILED: Final = frozenset({120, 121, 124})
LEFT: Final = frozenset({80, 87, 89, 90, 95})
"""It is on its way, or there."""
FINALIZED: Final = frozenset({90, 95})
"""The platform is done with it."""
CLOSED: Final = FINALIZED | CANCELLED | FAILED
"""Nothing follows."""


def signature(secret: bytes, body: bytes) -> str:
    """Of the raw bytes of a body, as its header has it."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def signed_by(sent: str, body: bytes, secrets: Iterable[bytes]) -> list[bytes]:
    """Those of the secrets that made a signature; as long for one as for none."""
    given = sent.encode("utf-8", "replace")
    return [
        secret for secret in secrets if hmac.compare_digest(signature(secret, body).encode(), given)
    ]
