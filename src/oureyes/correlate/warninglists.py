"""Values that are everywhere and mean nothing: resolvers, private networks, empty files, vendors' blogs.

A hit raises no alert; the value stays searchable and its matches are shown. Lists are MISP's format
(https://github.com/MISP/misp-warninglists), read from bytes, and a few of our own below. Nothing is ever contacted.

A quarter of a million entries must not cost every node fifty megabytes, so an entry is kept as eight bytes of its
digest in one sorted array, with the number of its list beside it. Two different entries collide once in 10¹⁴ look-ups.
"""

from __future__ import annotations

import gzip
import ipaddress
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.findings import WarningHit
from oureyes.model.observables import KINDS, Observable, host_of, kind_of, normalise

__all__ = ["BUILT_IN", "DOCUMENTATION", "WarningList", "WarningLists", "read"]

_FORMS = ("string", "hostname", "cidr", "substring", "regex")
_ADDRESSES = frozenset(["ipv4-addr", "ipv6-addr"])
_NAMES = frozenset(["domain-name"])
_HASHES = frozenset(kind for kind in KINDS if kind.startswith("hash:"))


@dataclass(frozen=True, slots=True)
class WarningList:
    """One list: how its entries are compared, and which kinds of observable it speaks of (all when empty)."""

    name: str
    form: str  # string hostname cidr substring regex
    entries: tuple[str, ...]
    kinds: frozenset[str] = frozenset()
    category: str = ""


class _Document(msgspec.Struct):
    name: str
    type: str
    list: Sequence[str]
    matching_attributes: Sequence[str] = ()
    category: str = ""


def read(raw: bytes) -> WarningList:
    """A MISP warninglist, plain or gzipped; InvalidObject when it is none."""
    try:
        found = msgspec.json.decode(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw, type=_Document)
    except (msgspec.DecodeError, OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidObject("warninglist", "MISP's JSON with name, type and list", str(error)[:80]) from None
    if found.type not in _FORMS:
        raise InvalidObject("warninglist", f"a type among {', '.join(_FORMS)}", "another")
    return WarningList(found.name, found.type, tuple(found.list), _kinds(found.matching_attributes), found.category)


def _kinds(attributes: Iterable[str]) -> frozenset[str]:
    parts = {kind for attribute in attributes for part in attribute.split("|") if (kind := kind_of(part))}
    return frozenset(parts | (_ADDRESSES if parts & _ADDRESSES else frozenset()))


class WarningLists:
    """Lists made ready for look-up. Immutable: another choice of lists is another object."""

    def __init__(self, lists: Iterable[WarningList]) -> None:
        full = tuple(lists)
        self._values = _Digests(_told(full, "value"))
        self._suffixes = _Digests(_told(full, "suffix"))
        self._networks = _Networks(_told(full, "network"))
        self._pieces = _Pieces(_told(full, "piece"))
        self._regexes = [(rule, at) for text, at in _told(full, "regex") if (rule := _regex(text)) is not None]
        self._count = sum(len(one.entries) for one in full)
        self.lists = tuple(replace(one, entries=()) for one in full)  # the texts themselves are not needed again

    def __len__(self) -> int:
        """How many entries there are in all lists."""
        return self._count

    def hit(self, observable: Observable) -> WarningHit | None:
        """The first list that names it, None when none does."""
        for at in self._found(observable):
            return WarningHit(self.lists[at].name, observable.text)
        return None

    def hits(self, observable: Observable) -> tuple[WarningHit, ...]:
        """Every list that names it."""
        return tuple(WarningHit(self.lists[at].name, observable.text) for at in sorted(set(self._found(observable))))

    def _found(self, observable: Observable) -> Iterator[int]:
        yield from (at for at in self._asked(observable, observable.kind) if self._speaks(at, observable.kind))
        if observable.kind == "url" and (host := host_of(observable)) is not None:
            yield from (at for at in self._asked(host, "url") if self._speaks(at, "url"))

    def _asked(self, observable: Observable, kind: str) -> Iterator[int]:
        value = observable.value
        yield from self._values.of(value.lower())
        if observable.kind == "domain-name":
            for suffix in _suffixes(value):
                yield from self._suffixes.of(suffix)
        elif observable.kind in _ADDRESSES:
            yield from self._networks.of(value)
        if kind not in _HASHES:
            yield from self._pieces.of(value.lower())
        for rule, at in self._regexes:
            if self._speaks(at, kind) and (rule.fullmatch if observable.kind == "phone-number" else rule.search)(
                value[:_LONGEST]
            ):
                yield at

    def _speaks(self, at: int, kind: str) -> bool:
        kinds = self.lists[at].kinds
        return not kinds or kind in kinds


def _told(lists: Sequence[WarningList], way: str) -> Iterator[tuple[str, int]]:
    for at, one in enumerate(lists):
        for entry in one.entries:
            if _way(one.form, entry) == way:
                yield entry, at


_LONGEST = 512  # characters of a value that a list's regular expression sees


def _way(form: str, entry: str) -> str:
    """How an entry is looked up. A leading dot means "and what is below it", whatever the list calls itself."""
    if form == "hostname" or (form == "string" and entry.startswith(".")):
        return "suffix"
    return {"string": "value", "cidr": "network", "substring": "piece", "regex": "regex"}[form]


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class _Digests:
    """Texts as sorted 64-bit digests."""

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        rows = sorted((_digest(_plain(text)), at) for text, at in entries)
        self._keys = array("Q", (key for key, _ in rows))
        self._lists = array("H", (at for _, at in rows))

    def of(self, text: str) -> Iterator[int]:
        if not self._keys:
            return
        key = _digest(text)
        row = bisect_left(self._keys, key)
        while row < len(self._keys) and self._keys[row] == key:
            yield self._lists[row]
            row += 1


def _plain(text: str) -> str:
    """An entry as the observable it lists is written."""
    text = text.strip().lower().lstrip(".")
    if text.isascii():
        return text
    name = normalise("domain-name", text)
    return name.value if name else text


def _suffixes(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


class _Networks:
    """Networks by length: an address is looked up once for each length that occurs."""

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        rows: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for text, at in entries:
            if (network := _network(text)) is not None:
                rows[network.version, network.prefixlen].append((int(network.network_address), at))
        self._v4 = {length: _packed(found) for (version, length), found in rows.items() if version == 4}
        self._v6 = {length: dict(found) for (version, length), found in rows.items() if version == 6}

    def of(self, text: str) -> Iterator[int]:
        network = _network(text)
        if network is None:
            return
        address, own = int(network.network_address), network.prefixlen
        if network.version == 4:
            for length, (keys, lists) in self._v4.items():
                row = bisect_left(keys, masked := address >> (32 - length) << (32 - length))
                while length <= own and row < len(keys) and keys[row] == masked:
                    yield lists[row]
                    row += 1
        else:
            for length, found in self._v6.items():
                at = found.get(address >> (128 - length) << (128 - length))
                if length <= own and at is not None:
                    yield at


def _packed(rows: list[tuple[int, int]]) -> tuple[array[int], array[int]]:
    rows.sort()
    return array("L", (key for key, _ in rows)), array("H", (at for _, at in rows))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


class _Pieces:
    """Texts to be found inside a value, by their first four characters."""

    _SIZE = 4

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        self._by_start: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for text, at in entries:
            if text.strip():
                self._by_start[text.strip().lower()[: self._SIZE]].append((text.strip().lower(), at))
        self._sizes = sorted({len(start) for start in self._by_start})

    def of(self, value: str) -> Iterator[int]:
        for size in self._sizes:
            for start in range(len(value) - size + 1):
                for text, at in self._by_start.get(value[start : start + size], ()):
                    if value.startswith(text, start):
                        yield at


@lru_cache(maxsize=1024)
def _regex(text: str) -> re.Pattern[str] | None:
    """MISP writes `/…/flags`; one that Python does not read is left out, as the lists come from the operator."""
    found = re.fullmatch(r"/(.*)/([a-z]*)", text, re.DOTALL)
    body, flags = (found[1], found[2]) if found else (text, "")
    try:
        return re.compile(body, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return None


# Lists of our own: facts from registries and standards, and hosts met in the public data of this field.
BUILT_IN: tuple[WarningList, ...] = (
    WarningList(
        "private and special addresses (RFC 1918, 6598, 6890, 4193, 4291)",
        "cidr",
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "64:ff9b::/96", "100::/64", "fc00::/7", "fe80::/10", "ff00::/8",
        ),
        _ADDRESSES | {"url"},
        "special addresses",
    ),
    WarningList(
        "special-use names (RFC 6761, 6762, 8375)",
        "hostname",
        ("localhost", "local", "invalid", "test", "home.arpa", "internal", "in-addr.arpa", "ip6.arpa", "localdomain"),
        _NAMES | {"url"},
        "special names",
    ),
    WarningList(
        "public resolvers",
        "cidr",
        (
            "1.0.0.1", "1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9", "149.112.112.112", "208.67.220.220",
            "208.67.222.222", "2001:4860:4860::8844", "2001:4860:4860::8888", "2606:4700:4700::1001",
            "2606:4700:4700::1111", "2620:fe::9", "2620:fe::fe",
        ),
        _ADDRESSES,
        "public resolver",
    ),
    WarningList(
        "hashes of the empty file",
        "string",
        (
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f"
            "63b931bd47417a81a538327af927da3e",
        ),
        _HASHES,
        "empty file",
    ),
    WarningList(
        "security vendors' blogs",
        "hostname",
        (
            "welivesecurity.com", "securelist.com", "unit42.paloaltonetworks.com",
            "researchcenter.paloaltonetworks.com", "blog.talosintelligence.com",
            "virustotal.com", "blog.trendmicro.com", "fireeye.com", "mandiant.com",
            "attack.mitre.org", "cve.mitre.org", "nvd.nist.gov",
        ),
        _NAMES | {"url"},
        "security vendor blog",
    ),
    WarningList(
        "hosts that only carry what others put there",
        "string",
        (
            "raw.githubusercontent.com", "gist.githubusercontent.com", "github.com", "www.github.com", "pastebin.com",
            "drive.google.com", "docs.google.com", "www.google.com", "www.dropbox.com", "t.me", "telegram.me", "bit.ly",
            "tinyurl.com", "t.co", "www.facebook.com", "www.youtube.com", "twitter.com", "x.com", "web.archive.org",
        ),
        _NAMES,
        "carrier",
    ),
)  # fmt: skip

# Documentation names and addresses. Not on by default: exercises and the demonstration use them as if they were real.
DOCUMENTATION = (
    WarningList(
        "documentation names (RFC 2606, 6761)",
        "hostname",
        ("example", "example.com", "example.net", "example.org"),
        _NAMES | {"url", "email-addr"},
        "documentation",
    ),
    WarningList(
        "documentation addresses (RFC 5737, 3849, 9637)",
        "cidr",
        ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
        _ADDRESSES | {"url"},
        "documentation",
    ),
)
