"""Who may: tokens of two issuers, PINs, and the tokens of adopted screens.

`Authority.caller(request)` tells who a request is from; `Caller.require(...)` what they may.
"""

from appliance.api.auth.authority import SESSION_SECONDS, Authority
from appliance.api.auth.caller import KITCHEN, MANAGERS, READ_ONLY, ROLES, Caller
from appliance.api.auth.secret import local_secret
from appliance.api.auth.sites import (
    host_middleware,
    keep_session,
    require_own_page,
    session_cookie,
)
from appliance.api.auth.tokens import issue

__all__ = [
    "KITCHEN",
    "MANAGERS",
    "READ_ONLY",
    "ROLES",
    "SESSION_SECONDS",
    "Authority",
    "Caller",
    "host_middleware",
    "issue",
    "keep_session",
    "local_secret",
    "require_own_page",
    "session_cookie",
]
