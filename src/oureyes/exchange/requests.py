"""Every request between nodes is signed by its sender, whoever ends TLS on the way (RFC 9421, one fixed profile).

    Signature-Input: oe=("@method" "@path" "@query" "oe-to" "content-digest");created=…;nonce="…";keyid="ID";…
    Oe-To: SG

`keyid` is the member; its key comes from the roster. `@authority` is not covered, for proxies rewrite it; `Oe-To`
names the member meant instead, so that a request to one node is worth nothing at another. A profile that is one
fixed text needs no parser for structured fields, and leaves nothing to disagree about.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from oureyes.errors import VerificationError
from oureyes.exchange.keys import SignKey, verify

__all__ = ["MAX_SKEW_S", "Nonces", "SeenNonces", "refuse_other_body", "sign_request", "verify_request"]

MAX_SKEW_S = 300


class Nonces(Protocol):
    """Remembers nonces. `add` is False when it has this one already; it may forget it after `expires`."""

    def add(self, nonce: str, expires: int) -> bool: ...


class SeenNonces:
    """Nonces in memory; whoever starts again fills it with those it kept."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._newest = 0

    def add(self, nonce: str, expires: int) -> bool:
        if nonce in self._seen:
            return False
        self._seen[nonce] = expires
        self._forget(expires)
        return True

    def _forget(self, expires: int) -> None:
        """Swept once a minute, by what expires rather than by a clock of its own."""
        if expires >= self._newest + 60:
            self._newest = expires
            self._seen = {seen: end for seen, end in self._seen.items() if end > expires - 4 * MAX_SKEW_S}


def sign_request(
    method: str, path: str, query: str, body: bytes, *, sender: str, to: str, key: SignKey, now: int, nonce: str
) -> dict[str, str]:
    """The headers to add. `query` is without its question mark; `nonce` is 16 to 64 letters, digits, `-_`."""
    params = _params(now, nonce, sender)
    covered = _base(method, path, query, to, _digest(body), params)
    signature = base64.b64encode(key.sign(covered)).decode()
    return {
        "Oe-To": to,
        "Content-Digest": _digest(body),
        "Signature-Input": f"oe={params}",
        "Signature": f"oe=:{signature}:",
    }


def verify_request(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    me: str,
    keys: Mapping[str, bytes],
    now: int,
    seen_nonces: Nonces,
) -> str:
    """The member that sent it; VerificationError otherwise. The nonce is spent only on a good signature.

    With `body` None the signature is judged before a byte of the body is read; whoever reads it then calls
    `refuse_other_body`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    created, nonce, sender = _read_params(given.get("signature-input", ""))
    if given.get("oe-to") != me:
        raise VerificationError("request", f"one to {me}", f"one to {given.get('oe-to', 'nobody')[:32]}")
    if abs(now - created) > MAX_SKEW_S:
        found = f"one {abs(now - created)} s {'old' if now > created else 'in the future'}"
        raise VerificationError(f"request of {sender}", f"one at most {MAX_SKEW_S} s old", found, "set the clocks")
    if sender not in keys:
        raise VerificationError("request", "a sender on the roster", sender)
    if body is not None:
        refuse_other_body(given, body, sender)
    digest = given.get("content-digest", "")
    covered = _base(method, path, query, me, digest, _params(created, nonce, sender))
    if not verify(keys[sender], _read_signature(given.get("signature", "")), covered):
        raise VerificationError(f"request of {sender}", "its signature", "one that does not hold", "compare rosters")
    if not seen_nonces.add(f"{sender} {nonce}", created + 2 * MAX_SKEW_S):
        raise VerificationError(f"request of {sender}", "a nonce not used before", "one that was", "it is a replay")
    return sender


def refuse_other_body(headers: Mapping[str, str], body: bytes, sender: str) -> None:
    """VerificationError unless the body is the one whose digest was signed."""
    given = next((value for name, value in headers.items() if name.lower() == "content-digest"), "")
    if given != _digest(body):
        raise VerificationError(f"request of {sender}", "a body with its Content-Digest", "another")


_COVERED = '("@method" "@path" "@query" "oe-to" "content-digest")'
_INPUT = re.compile(
    r"oe="
    + re.escape(_COVERED)
    + r';created=(\d{1,12});nonce="([A-Za-z0-9_-]{16,64})";keyid="([A-Za-z0-9._-]{1,32})";alg="ed25519";tag="oureyes-1"'
)
_SIGNATURE = re.compile(r"oe=:([A-Za-z0-9+/]{86}==):")


def _params(created: int, nonce: str, sender: str) -> str:
    return f'{_COVERED};created={created};nonce="{nonce}";keyid="{sender}";alg="ed25519";tag="oureyes-1"'


def _base(method: str, path: str, query: str, to: str, digest: str, params: str) -> bytes:
    """The signature base (RFC 9421 §2.5), of the target as sent, still percent-encoded. No query counts as `?`."""
    said = f"{method}{path}{query}{to}{digest}"
    if not said.isascii() or not said.isprintable():
        raise VerificationError("request", "a percent-encoded target", "other characters")  # a new line would forge one
    lines = (
        f'"@method": {method.upper()}',
        f'"@path": {path}',
        f'"@query": ?{query}',
        f'"oe-to": {to}',
        f'"content-digest": {digest}',
        f'"@signature-params": {params}',
    )
    return "\n".join(lines).encode()


def _digest(body: bytes) -> str:
    """RFC 9530 §2."""
    return f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"


def _read_params(text: str) -> tuple[int, str, str]:
    found = _INPUT.fullmatch(text)
    if found is None:
        raise VerificationError("request", "a Signature-Input of this profile", "another" if text else "none")
    return int(found[1]), found[2], found[3]


def _read_signature(text: str) -> bytes:
    found = _SIGNATURE.fullmatch(text)
    if found is None:
        raise VerificationError("request", "an Ed25519 Signature", "another" if text else "none")
    return base64.b64decode(found[1])
