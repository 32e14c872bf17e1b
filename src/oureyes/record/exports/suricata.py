"""Suricata rules (7 and later): look-ups, server names and requests that name what is listed, and its addresses.

A rule is a language, and a value is data: of a value only letters, digits and four signs stand as they are, every other
byte is written as `|hex|`, so no value can end its string, its rule or its line. Messages hold ids and terms alone.
The number of a rule follows from its value, so that it stays the same from one export to the next; the revision is the
minute of the object's version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from oureyes.model.instants import day_of, is_instant
from oureyes.model.observables import Observable
from oureyes.record.exports.sheet import Left, Sheet, Thing, Value, Written
from oureyes.record.exports.wording import head, plain

__all__ = ["write"]

_AS_IS = re.compile(rb"[A-Za-z0-9./_-]")
_FIRST, _COUNT = 1_000_000_000, 3_000_000_000  # far from the numbers of the public rule sets
_LONGEST = 1000  # bytes of a value: hexadecimal, it must fit in a rule line
_Options = tuple[str, str]  # what stands before the parenthesis, and the options that look


def write(sheet: Sheet) -> Written:
    """A rule file."""
    rules: list[str] = []
    taken: set[int] = set()
    left: list[Left] = []
    used: list[Value] = []
    for value in sheet.values:
        looks = list(_looks(value.observable))
        if not looks:
            left.append(Left(value.thing.object.id, "Suricata has no look-up for a value of its kind"))
            continue
        used.append(value)
        rules += [_rule(value, place, one, taken) for place, one in enumerate(looks)]
    lines = [*(f"# {line}" for line in head(sheet.of(used), "Our Eyes rules for Suricata")), *rules]
    ids = frozenset(value.thing.object.id for value in used)
    return Written("".join(f"{line}\n" for line in lines).encode("ascii"), ids, tuple(left))


def _rule(value: Value, place: int, look: _Options, taken: set[int]) -> str:
    seed = f"{value.observable.text}|{place}".encode("utf-8", "surrogatepass")
    number = _FIRST + int.from_bytes(sha256(seed).digest()[:8], "big") % _COUNT
    while number in taken:
        number += 1
    taken.add(number)
    thing, (front, options) = value.thing, look
    msg = f"Our Eyes {_words(thing)} {value.observable.kind} {plain(thing.object.id)}"
    revision = max(1, thing.object.instant // 60_000_000_000)
    return f'alert {front} (msg:"{msg}"; {options}sid:{number}; rev:{revision}; metadata:{_metadata(thing)};)'


def _words(thing: Thing) -> str:
    return f"TLP {thing.marking.tlp.label.removeprefix('TLP:')} PAP {thing.marking.pap.name}"


def _metadata(thing: Thing) -> str:
    """Keys and values as the public rule sets write them: dates with underscores, nothing that needs a quote."""
    said = {
        "tlp": thing.marking.tlp.label.removeprefix("TLP:").lower(),
        "pap": thing.marking.pap.name.lower(),
        "handling": str(thing.marking.handling),
        "stix_id": plain(thing.object.id),
        "updated_at": day_of(thing.object.version).replace("-", "_") if is_instant(thing.object.version) else "",
        "expires_at": day_of(thing.until).replace("-", "_") if thing.until else "",
    }
    return ", ".join(f"{name} {word}" for name, word in said.items() if word)


def _looks(one: Observable) -> Iterator[_Options]:
    if len(one.value.encode("utf-8", "surrogatepass")) <= _LONGEST and one.kind in _LOOKS:
        yield from _LOOKS[one.kind](one.value)


def _domain(value: str) -> Iterator[_Options]:
    """The same name and none below it: that is what its indicator says."""
    yield "dns any any -> any any", f"dns.query; {_exactly(value)}nocase; "
    yield "tls any any -> any any", f"tls.sni; {_exactly(value)}nocase; "
    yield "http any any -> any any", f"http.host; {_exactly(value.lower())}"  # a buffer that is small letters already


def _address(value: str) -> Iterator[_Options]:
    if re.fullmatch(r"[0-9a-fA-F.:/]+", value):
        yield f"ip any any <> [{value}] any", ""


def _url(value: str) -> Iterator[_Options]:
    """What is asked of a host in the open; within TLS nothing but the host's name is seen, and that is not the URL."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return
    if parts.scheme == "http" and host:
        asked = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        yield "http any any -> any any", f"http.host; {_exactly(host)}http.uri.raw; {_exactly(asked)}"


def _exactly(text: str) -> str:
    return f'content:"{_content(text)}"; startswith; endswith; '


def _content(text: str) -> str:
    bytes_ = text.encode("utf-8", "surrogatepass")
    pieces = (bytes_[place : place + 1] for place in range(len(bytes_)))
    shown = (piece.decode() if _AS_IS.fullmatch(piece) else f"|{piece.hex().upper()}|" for piece in pieces)
    return "".join(shown).replace("||", " ")  # |3B||22| is |3B 22|


_LOOKS: Mapping[str, Callable[[str], Iterator[_Options]]] = {
    "domain-name": _domain,
    "ipv4-addr": _address,
    "ipv6-addr": _address,
    "url": _url,
}
