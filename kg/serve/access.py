"""Requests to whether they come from here, and with the token of whoever started the server.

A request that comes from another machine, or through a proxy, needs the token, to read and to
change; one of this machine needs it to change. The token goes over the wire as it is: another
machine is to come through a proxy that speaks TLS, or through `ssh -L`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from kg.errors import KgError

VARIABLE = "KG_TOKEN"
SHORTEST = 16  # characters of a token
ASK_BEARER = {"WWW-Authenticate": 'Bearer realm="policy-kg"'}
ASK_EITHER = {"WWW-Authenticate": 'Basic realm="policy-kg", charset="UTF-8", Bearer'}
# By these a proxy says for whom it asks. A proxy on this machine is not whoever sits at it.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
# Of what others may read with a script: where SPARQL is asked.
SHARED = ("/sparql", "/sparql/graph")
ANY = "*"


def check_token(token: str, purpose: str) -> str:
    """Return a token that is long enough; raises KgError."""
    if len(token) < SHORTEST:
        what = f"has {len(token)} characters" if token else "is not set"
        raise KgError(
            f"{VARIABLE}: {what}; {purpose} needs a secret of at least {SHORTEST} characters "
            f"in it: export {VARIABLE}=$(openssl rand -hex 16)"
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise KgError(f"{VARIABLE}: holds other characters than letters, digits and signs of ASCII")
    return token


def check_origin(origin: str) -> str:
    """Return an origin as browsers write it; raises KgError."""
    if origin == ANY:
        return origin
    parts = urlsplit(origin)
    if origin != f"{parts.scheme}://{parts.netloc}".lower() or not parts.hostname:
        raise KgError(f"--cors {origin}: is no origin; write it as https://example.org, or *")
    return origin


def check_name(name: str) -> str:
    """Return a name by which the server may be asked; raises KgError."""
    if not name or urlsplit(f"//{name}").hostname != name.lower():
        raise KgError(f"--name {name}: is no name of a machine; write it as example.org")
    return name.lower()


def is_loopback(host: str) -> bool:
    """Tell whether an address or a name is this machine, which no other reaches."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_remote(scope: Scope, names: Sequence[str]) -> bool:
    """Tell whether a request comes from another machine, or through a proxy."""
    headers = Headers(scope=scope)
    if any(name in headers for name in _FORWARDED) or host_name(headers.get("host", "")) in names:
        return True
    client = scope.get("client")
    # Without an address it came over no network.
    return client is not None and not is_loopback(client[0])


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


def bears(headers: Headers, token: str) -> bool | None:
    """Tell whether a request bears the token; None where it bears none."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return _is_same(given.strip(), token) if scheme.lower() == "bearer" else None


def knows(headers: Headers, token: str) -> bool:
    """Tell whether a request bears the token, or has it as a password, as a browser sends it."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return bool(bears(headers, token))
    try:
        plain = base64.b64decode(given.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return False
    return _is_same(plain.partition(":")[2], token)


def _is_same(given: str, token: str) -> bool:
    """Compare without telling by the time how much is right."""
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def allows(origins: Sequence[str], origin: str | None) -> str:
    """Return what a page of an origin is told that it may read; empty where it may not."""
    if origin is None or origin.lower() == "null":
        return ANY if origin is not None and ANY in origins else ""
    if origin.lower() in origins:
        return origin
    return ANY if ANY in origins else ""
