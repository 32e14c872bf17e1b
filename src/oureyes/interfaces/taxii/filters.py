"""The filters of a request (TAXII 2.1 §3.4), and `next`, which remembers them (§3.5).

`next` keeps nothing on the server: it is the place of the last row, with the match filters it was made under, sealed
by a key of the node. So it outlives a restart, means the same twice, and cannot be used for another question.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds
from oureyes.node.serving import Asked

__all__ = ["Filters", "cursor", "date_added", "read_filters"]

DEFAULT_LIMIT = 1_000
MOST = 1_000
_MATCHES = ("id", "type", "version", "spec_version")
_WORDS = frozenset({"first", "last", "all"})
_MAC = 16
_FURTHEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Filters:
    """A request's filters, read. `ids` None asks for every object."""

    limit: int = DEFAULT_LIMIT
    after: int = 0
    ids: tuple[str, ...] | None = None
    types: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset({"last"})
    instants: tuple[int, ...] = ()
    specs: frozenset[str] = frozenset()
    said: tuple[tuple[str, str], ...] = ()

    def asked(self, *, bodies: bool = True) -> Asked | None:
        """For the store; None when nothing can fit, since no STIX of a version named is kept."""
        if self.specs and not self.specs & {"2.0", "2.1"}:
            return None
        old = bool(self.specs) and "2.1" not in self.specs
        return Asked(self.after, self.limit, None, self.types, self.versions, self.instants, old, bodies)


def read_filters(query: bytes, key: bytes, where: str, *, every_version: bool = False) -> Filters:
    """From a query string. InvalidObject (400) for what is malformed, repeated or unknown among `match` fields.
    `where` is the collection and endpoint, which `next` is bound to."""
    said = _pairs(query)
    matches = {name[6:-1]: value for name, value in said.items() if name.startswith("match[") and name.endswith("]")}
    after = _added_after(said["added_after"]) if "added_after" in said else 0
    limit = _limit(said["limit"]) if "limit" in said else DEFAULT_LIMIT
    if "next" in said:
        place, kept = _opened(said["next"], key, where)
        if matches and matches != kept:
            raise InvalidObject("next", "the filters it was given with", "others", "start again without next")
        matches, after = kept, max(after, place)
    words, instants = _versions(matches.get("version", "all" if every_version else "last"))
    return Filters(
        limit,
        after,
        _listed(matches, "id") or None,
        _listed(matches, "type"),
        words,
        instants,
        frozenset(_listed(matches, "spec_version")),
        tuple(sorted(matches.items())),
    )


def _pairs(query: bytes) -> dict[str, str]:
    try:
        found = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise InvalidObject("query", "percent-encoded UTF-8, 20 parameters at most", "something else") from None
    said: dict[str, str] = {}
    for name, value in found:
        if name in said and (name in ("added_after", "limit", "next") or name.startswith("match[")):
            raise InvalidObject(name[:40], "one value, or several with commas", "the parameter twice")
        if name.startswith("match[") and name[6:-1] not in _MATCHES:
            raise InvalidObject("match", f"one of {', '.join(_MATCHES)}", name[6:46])
        said[name] = value
    return said


def _listed(matches: dict[str, str], name: str) -> tuple[str, ...]:
    if name not in matches:
        return ()
    found = tuple(dict.fromkeys(part.strip() for part in matches[name].split(",")))
    if not all(found) or len(found) > 500:
        raise InvalidObject(f"match[{name}]", "1 to 500 values, with commas between", "an empty one, or more")
    return found


def _versions(text: str) -> tuple[frozenset[str], tuple[int, ...]]:
    parts = [part.strip() for part in text.split(",")]
    words = frozenset(part for part in parts if part in _WORDS)
    if "all" in words and len(parts) > 1:
        raise InvalidObject("match[version]", "all by itself", "all with others")
    return words, tuple(_instant("match[version]", part) for part in parts if part not in _WORDS)


def _instant(name: str, text: str) -> int:
    try:
        return max(-_FURTHEST, min(nanoseconds(text), _FURTHEST))  # what the store can compare with
    except (ValueError, OverflowError):
        raise InvalidObject(name, "a UTC timestamp such as 2026-03-01T08:00:00.000Z", "another form") from None


def _added_after(text: str) -> int:
    """In microseconds, as `date_added`; finer digits are cut, which never skips a row."""
    return _instant("added_after", text) // 1_000


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 19 and int(text)):
        raise InvalidObject("limit", "a whole number of at least 1", "another")
    return min(int(text), MOST)


def cursor(filters: Filters, place: int, key: bytes, where: str) -> str:
    """The `next` of a page that ended at `place`."""
    body = msgspec.json.encode((place, filters.said))
    mac = hmac.digest(key, where.encode() + b"\0" + body, "sha256")[:_MAC]
    return urlsafe_b64encode(mac + body).rstrip(b"=").decode()


def _opened(text: str, key: bytes, where: str) -> tuple[int, dict[str, str]]:
    wrong = InvalidObject("next", "a value this server gave for this question", "another", "start again without next")
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (Base64Error, ValueError, UnicodeEncodeError):
        raise wrong from None
    mac, body = raw[:_MAC], raw[_MAC:]
    if not hmac.compare_digest(mac, hmac.digest(key, where.encode() + b"\0" + body, "sha256")[:_MAC]):
        raise wrong
    place, said = msgspec.json.decode(body, type=tuple[int, list[tuple[str, str]]])
    return place, dict(said)


def date_added(places: Iterable[int]) -> list[str]:
    """Places as TAXII timestamps: microseconds, UTC (§3.2)."""
    return [_text(place) for place in places]


def _text(place: int) -> str:
    seconds, micro = divmod(place, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{micro:06d}Z"
