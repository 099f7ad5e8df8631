"""Who may talk to the review server: this machine's browser with the token, and nobody else.

A page of another site can send requests to 127.0.0.1, and a name of its own can be made to point there
(DNS rebinding). So the `Host` must be the server's own, an `Origin` must be too, and the token, which a
foreign page cannot know, must come in the cookie or the header. The cookie is SameSite=Strict.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

COOKIE = "reelmend"
HEADER = "x-reelmend-token"
_LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Access:
    """The secrets of one run, and the names it may be called by. `password` "" where none is asked for.

    `host` is what the server listens on; beyond loopback it may be called by any name, since it cannot know
    its own, and origins are then held against the name it was called by.
    """

    host: str
    port: int
    password: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Whether a request with these headers (names in lower case) has the token."""
        given = headers.get(HEADER) or _cookie(headers.get("cookie", ""))
        return self.is_token(given)

    def is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def is_password(self, given: str) -> bool:
        """False where no password was set."""
        return bool(self.password) and hmac.compare_digest(given.encode(), self.password.encode())

    def host_fault(self, headers: Mapping[str, str]) -> str:
        """Why a `Host` is refused; "" where it is the server's own."""
        called = headers.get("host", "")
        if is_loopback(self.host) and called not in self._local_hosts():
            return f"This server is not called {called!r}; use the address that it printed."
        return "" if called else "A request must say which host it is for."

    def origin_fault(self, headers: Mapping[str, str]) -> str:
        """Why the page a request comes from is refused; "" where it is the server's own, or none is told."""
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "Another site may not talk to this server."
        origin = headers.get("origin")
        if origin is None:
            return ""
        told = urlsplit(origin)
        if told.scheme in ("http", "https") and told.netloc == headers.get("host", ""):
            return ""
        return f"A page of {origin!r} may not talk to this server."

    def _local_hosts(self) -> set[str]:
        names = {f"{name}:{self.port}" for name in _LOCAL_NAMES}
        return names | set(_LOCAL_NAMES) if self.port == 80 else names


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value
