"""How a hub proves to a screen that it adopted it, before it is sent the screen's token.

Both have the SHA-256 of the token, the hub nothing else of it, and nobody else has either.
"""

import hashlib
import hmac


def proof(token_hash: str, screen: str, nonce: str, at: str) -> str:
    """HMAC-SHA256 in hexadecimal, by the hash of the token in hexadecimal.

    `screen`: its id. `nonce`: as it came, good for this once. `at`: the address that the hub was
    reached at, so that nobody can pass on at another what the hub says at its own.
    """
    said = f"expeditor: the hub of a screen\n{screen}\n{nonce}\n{at}"
    return hmac.digest(bytes.fromhex(token_hash), said.encode(), "sha256").hex()


def hash_of(token: str) -> str:
    """All that is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
