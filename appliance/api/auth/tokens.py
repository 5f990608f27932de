"""Signed tokens: what one says, once its signature, issuer and audience have been checked.

The issuer is the configured one that the token's `iss` names. Its keys and its algorithms
are pinned: what the token's header says of them is believed only where it agrees.
"""

import hashlib
import math
import secrets
import time
from collections.abc import Collection
from typing import Any, Final

import jwt
import msgspec
from msgspec import Struct

from appliance.api.auth.cloud import CloudKeys
from appliance.api.auth.secret import Secrets
from appliance.config import LOCAL_ISSUER

ISSUER: Final = LOCAL_ISSUER
AUDIENCE: Final = "expeditor-kds"
NAMELESS: Final = "expeditor token"
"""The subject of tokens for which the command line was told none: nobody in particular."""
ALGORITHM: Final = "HS256"
MAX_TOKEN: Final = 4096
"""Characters; with every claim of ours a token has some hundred."""
MAX_LIFE_SECONDS: Final = 400 * 86_400
"""From `iat` to `exp`: for so long a revocation has to be remembered."""
_REMEMBERED: Final = 1024
"""Tokens whose signature need not be checked again; each takes about a kilobyte."""
LINK: Final = "link"
"""What opened the session of the one-time link. No PIN's session is called so."""
_REQUIRED: Final = ["exp", "iat", "sub", "iss", "aud"]


class InvalidToken(ValueError):
    """Nothing of what it says counts; the text says why, and nothing of the token."""


class Claims(Struct, frozen=True):
    """What a token says, times in Unix seconds."""

    iss: str
    sub: str
    iat: float
    exp: float
    roles: tuple[str, ...]
    nbf: float | None = None
    jti: str | None = None
    tenant_id: Any = None
    location_id: str | None = None
    station_ids: tuple[str, ...] | None = None
    opened_by: str | None = None
    """Of a browser's session: what names the PIN that opened it, or LINK. None of others."""


class Proof(Struct, frozen=True):
    """A token that its issuer has signed. Whether it is good at the moment is another question."""

    id: str
    """What it is revoked by: its `jti`, or else a hash of it."""
    claims: Claims
    key: str
    """The id of the key that signed it."""


def issue(
    secret: bytes,
    *,
    roles: Collection[str],
    tenant: str,
    subject: str,
    seconds: int,
    stations: Collection[str] = (),
    opened_by: str | None = None,
    issued_at: float | None = None,
) -> str:
    """A token of the local issuer; `seconds` at most MAX_LIFE_SECONDS.

    `opened_by`: see Claims. `issued_at`: Unix seconds; by default now.
    """
    now = time.time() if issued_at is None else issued_at
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        # To the millisecond: whose tokens were revoked until now can have a new one at once.
        "iat": round(now, 3),
        "exp": int(now) + seconds,
        "jti": secrets.token_hex(16),
        "tenant_id": tenant,
        "roles": sorted(roles),
    }
    if stations:
        claims["station_ids"] = sorted(stations)
    if opened_by is not None:
        claims["opened_by"] = opened_by
    return jwt.encode(claims, secret, ALGORITHM)


class Tokens:
    """Reads the tokens of both issuers."""

    def __init__(self, local: Secrets, cloud: CloudKeys | None) -> None:
        self._local = local
        self._cloud = cloud
        self._read: dict[str, Proof] = {}

    def read(self, token: str) -> Proof:
        """Raises InvalidToken."""
        proof = self._read.get(token)
        if proof is not None:
            return proof
        if len(token) > MAX_TOKEN:
            raise InvalidToken(f"it is longer than {MAX_TOKEN} characters")
        try:
            proof = self._verified(token)
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as error:
            raise InvalidToken(_why(error)) from error
        if len(self._read) >= _REMEMBERED:
            self._read.clear()
        self._read[token] = proof
        return proof

    def still_signed(self, proof: Proof) -> bool:
        """Whether the key that signed it is still one of its issuer's."""
        if proof.key == self._local.current.id:
            return True  # As nearly always; this is asked for each event and listener.
        if any(secret.id == proof.key for secret in self._local.good()):
            return True
        return self._cloud is not None and self._cloud.has(proof.key)

    def _verified(self, token: str) -> Proof:
        unverified = jwt.decode_complete(token, options={"verify_signature": False})
        issuer = unverified["payload"].get("iss")
        if issuer == ISSUER:
            return self._by_local(token)
        if self._cloud is not None and issuer == self._cloud.issuer:
            return self._by_cloud(token, self._cloud, unverified["header"])
        if issuer is None:
            raise jwt.MissingRequiredClaimError("iss")
        raise InvalidToken("nobody known here has issued it (iss)")

    def _by_local(self, token: str) -> Proof:
        for secret in self._local.good():
            try:
                claims = _decode(token, secret.key, ALGORITHM, AUDIENCE, ISSUER)
            except jwt.InvalidSignatureError:
                continue
            return _proof(token, claims, secret.id)
        raise jwt.InvalidSignatureError

    def _by_cloud(self, token: str, cloud: CloudKeys, header: dict[str, Any]) -> Proof:
        key = cloud.key(header.get("kid"))
        if key is None:
            raise InvalidToken("no key of its issuer has its kid")
        claims = _decode(token, key.public, key.algorithm, cloud.audience, cloud.issuer)
        return _proof(token, claims, key.id)


def _decode(token: str, key: Any, algorithm: str, audience: str, issuer: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=audience,
        issuer=issuer,
        # Times are looked at whenever the token is used. Never `iat`: an appliance without
        # a clock battery comes up in the past.
        options={
            "require": _REQUIRED,
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            # Of the right types they must be: see Claims.
            "verify_sub": False,
            "verify_jti": False,
        },
    )
    return claims


def _proof(token: str, said: dict[str, Any], key: str) -> Proof:
    try:
        claims = msgspec.convert(said, Claims)
    except msgspec.ValidationError as error:
        raise InvalidToken(f"its claims are not as they must be: {error}") from error
    times = (claims.iat, claims.exp, claims.nbf or 0.0)
    if not all(map(math.isfinite, times)) or claims.exp - claims.iat > MAX_LIFE_SECONDS:
        raise InvalidToken(f"it is good for more than {MAX_LIFE_SECONDS // 86_400} days")
    name = claims.jti or f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"
    return Proof(name, claims, key)


_WORDS: Final[dict[type[Exception], str]] = {
    jwt.InvalidSignatureError: "its signature is not its issuer's",
    jwt.InvalidAlgorithmError: "its algorithm is not the one of its issuer",
    jwt.InvalidAudienceError: "it is for somebody else (aud)",
    jwt.InvalidIssuerError: "nobody known here has issued it (iss)",
}


def _why(error: Exception) -> str:
    """In words that repeat nothing of the token."""
    if isinstance(error, InvalidToken):
        return str(error)
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"it has no {error.claim}"
    return _WORDS.get(type(error), "it cannot be read")
