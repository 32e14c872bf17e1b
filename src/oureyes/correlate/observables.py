"""Both name the same thing: a domain, an address, a wallet, a phone number, a hash.

Values are compared in their normal form (`model.observables`), so a national phone number meets the international
one and a defanged link the live one. The score says how much the value alone proves: a file's hash is the file, a
file's name is hardly anything. Four meetings are not equality, and say so: a link and the host it leads to, two links
to one host, two links that differ only in http or https, and an address in a network. Networks are held together
with addresses by their /24s (IPv6: /64 and /48), so only networks of /16 or narrower (IPv6: /40) find their addresses.
Of a source one network and one address stand for such a block, the newest: of several in it one is met.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oureyes.model.findings import Key, Match
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, host_of, observables_of
from oureyes.model.patterns import observables_of_pattern
from oureyes.model.ports import Example

__all__ = [
    "EXAMPLES",
    "NAME",
    "SCORES",
    "Shared",
    "compare",
    "keys",
    "keys_of_content",
    "keys_of_named",
    "named",
    "shared",
]

NAME = "observables"

# What an equal value proves by itself. Hashes not listed are as good as SHA-256.
SCORES: Mapping[str, float] = {
    "cryptocurrency-wallet": 0.98, "iban": 0.98, "passport": 0.98, "imei": 0.97, "imo": 0.97,
    "phone-number": 0.95, "email-addr": 0.95, "bank-account": 0.95, "user-account": 0.95, "vehicle": 0.95,
    "hash:ssdeep": 0.95, "hash:tlsh": 0.95, "url": 0.9, "domain-name": 0.85, "mutex": 0.7, "mac-addr": 0.7,
    "ipv4-addr": 0.6, "ipv6-addr": 0.65, "hash:imphash": 0.5, "hash:pehash": 0.5, "hash:ja3": 0.4, "hash:hassh": 0.4,
    "file-path": 0.5, "windows-registry-key": 0.4, "file-name": 0.3, "process-name": 0.3, "cve": 0.2,
    "autonomous-system": 0.1,
}  # fmt: skip
_HOST_OF_LINK, _SAME_HOST, _IN_NETWORK, _OTHER_SCHEME, _OTHER_CASE = 0.75, 0.5, 0.4, 0.85, 0.9
_LESS = 0.05  # a link to a host is less than the host itself, whatever that proves
_HOSTS = ("domain-name", "ipv4-addr", "ipv6-addr")
_LONGEST = 200  # of a key; a longer one is its digest


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that both objects name. `observable` is what a warninglist is asked about."""

    observable: Observable
    score: float
    reason: str


def keys(obj: StixObject) -> Iterable[Key]:
    return keys_of_content(obj.content)


def keys_of_content(content: Mapping[str, Any]) -> tuple[Key, ...]:
    """The keys of an object that is already decoded."""
    return keys_of_named(named(content))


def keys_of_named(found: Sequence[Observable]) -> tuple[Key, ...]:
    """The keys of an object whose observables are known."""
    if len(found) == 1:
        return _keys(found[0])
    keys = (key for one in found for key in _keys(one))
    return tuple(dict.fromkeys(sorted(keys, key=lambda key: key.implied)))  # named by one of them, it is named


def compare(left: StixObject, right: StixObject) -> Match | None:
    """The strongest thing both name, and how many more."""
    found = shared(left, right)
    if not found:
        return None
    best, more = found[0], len(found) - 1
    reason = best.reason + (f"; and {more} more value{'s' if more > 1 else ''}" if more else "")
    return Match(left.id, right.id, NAME, best.score, reason, best.observable.text, best.observable.kind)


def shared(left: StixObject, right: StixObject) -> tuple[Shared, ...]:
    """Everything both name, strongest first, each thing once: so that a warninglisted value does not hide others."""
    theirs = _by_key(named(right.content))
    pairs = [
        met
        for key, mine in _by_key(named(left.content)).items()
        for one in mine
        for other in theirs.get(key, ())
        if (met := _meeting(one, other)) is not None
    ]
    best: dict[Observable, Shared] = {}
    for met in sorted(pairs, key=lambda met: (-met.score, met.observable.text, met.reason)):
        best.setdefault(met.observable, met)
    return tuple(best.values())


def named(content: Mapping[str, Any]) -> tuple[Observable, ...]:
    """The observables an object names: those it holds and those its pattern equals."""
    if content.get("type") != "indicator":
        return observables_of(content)
    pattern = content.get("pattern")
    if not isinstance(pattern, str) or content.get("pattern_type", "stix") != "stix":
        return observables_of(content)
    found = observables_of_pattern(pattern)
    return tuple(dict.fromkeys([*found, *observables_of(content)])) if "extensions" in content else found


def _by_key(found: Iterable[Observable]) -> dict[str, list[Observable]]:
    out: dict[str, list[Observable]] = {}
    for one in found:
        for key in _keys(one):
            out.setdefault(key.value, []).append(one)
    return out


def _keys(observable: Observable) -> tuple[Key, ...]:
    kind = observable.kind
    if kind in ("ipv4-addr", "ipv6-addr"):
        blocks = _blocks(observable.value)
        return (_key(kind, observable.text), *(_key("network", net, "/" not in observable.value) for net in blocks))
    if kind == "url":
        host = host_of(observable)
        link = _key(kind, f"url:{observable.value.partition(':')[2]}")  # http and https are one link
        return (link, _key(host.kind, host.text, implied=True)) if host else (link,)
    return (_key(kind, observable.text.lower() if kind == "email-addr" else observable.text),)


def _key(kind: str, text: str, implied: bool = False) -> Key:
    if len(text) > _LONGEST:
        text = f"{kind}:#{hashlib.sha256(text.encode()).hexdigest()}"
    return Key(NAME, text, kind, implied)


@lru_cache(maxsize=65536)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)


def _blocks(text: str) -> Iterator[str]:
    """The blocks an address lies in, or that a network touches; none for a network too wide."""
    if "/" not in text and ":" not in text:
        yield f"network:{text.rpartition('.')[0]}.0/24"
        return
    network = _network(text)
    for step, widest in ((24, 16),) if network.version == 4 else ((64, 64), (48, 40)):
        if network.prefixlen >= step:
            yield f"network:{network.supernet(new_prefix=step)}"
        elif network.prefixlen >= widest:
            yield from (f"network:{part}" for part in network.subnets(new_prefix=step))


def _meeting(one: Observable, other: Observable) -> Shared | None:
    """What two observables that share a key have to do with each other; the same whichever comes first."""
    if one == other:
        return Shared(one, _score(one), f"both name the {_word(one.kind)} {_shown(one)}: {_how(one)}")
    first, second = sorted((one, other), key=lambda o: (o.kind == "url", o.kind, o.value))
    if second.kind == "url":
        return _links(first, second)
    if first.kind == "email-addr":
        return Shared(first, _OTHER_CASE, f"both name the e-mail address {first.value}, but for upper and lower case")
    return _contained(first, second) or _contained(second, first)


def _links(first: Observable, second: Observable) -> Shared | None:
    host = host_of(second)
    if host is None:
        return None
    if first.kind in _HOSTS:
        reason = f"one names {host.value}, the other a link to that host: {second.value}"
        return Shared(host, min(_HOST_OF_LINK, _score(host) - _LESS), reason) if first == host else None
    if first.value.partition(":")[2] == second.value.partition(":")[2]:
        return Shared(
            first, _OTHER_SCHEME, f"both name the link {first.value}, one with {second.value.partition(':')[0]}"
        )
    return Shared(host, _SAME_HOST, f"both name links to {host.value}") if host_of(first) == host else None


def _contained(inner: Observable, outer: Observable) -> Shared | None:
    if inner.kind != outer.kind or inner.kind not in _HOSTS or "/" not in outer.value:
        return None
    small, large = _network(inner.value), _network(outer.value)
    if small.version != large.version or not small.subnet_of(large):  # type: ignore[arg-type]  # same version by now
        return None
    return Shared(inner, _IN_NETWORK, f"{inner.value} lies in the network {outer.value}")


def _score(observable: Observable) -> float:
    if observable.kind == "bank-account" and "::" in observable.value:
        return 0.7  # no bank named: another bank of the country may have the same number
    return SCORES.get(observable.kind, 1.0)


_CHECKED = {
    "cryptocurrency-wallet": "exactly the same value, checksum valid",
    "iban": "exactly the same value, check digits valid",
    "imei": "exactly the same value, check digit valid",
    "imo": "exactly the same value, check digit valid",
    "phone-number": "the same number in international form",
    "passport": "the same country and number",
    "vehicle": "the same country and plate",
    "file-name": "a name proves little",
    "process-name": "a name proves little",
    "autonomous-system": "one network operator has many customers",
}
_WORDS = {
    "domain-name": "domain", "ipv4-addr": "address", "ipv6-addr": "address", "url": "link",
    "email-addr": "e-mail address", "phone-number": "phone number", "iban": "IBAN", "bank-account": "bank account",
    "cryptocurrency-wallet": "wallet", "user-account": "account", "file-name": "file name", "file-path": "file path",
    "process-name": "process name", "windows-registry-key": "registry key", "mac-addr": "network card",
    "autonomous-system": "autonomous system", "imei": "phone by its IMEI", "imo": "ship by its IMO number",
    "cve": "vulnerability",
}  # fmt: skip
_CHAINS = {
    "btc": "Bitcoin", "eth": "Ethereum", "trx": "TRON", "ltc": "Litecoin", "xmr": "Monero", "doge": "Dogecoin",
    "bch": "Bitcoin Cash", "dash": "Dash", "zec": "Zcash", "dot": "Polkadot", "sol": "Solana", "xrp": "XRP",
}  # fmt: skip


def _word(kind: str) -> str:
    return "file with the" if kind.startswith("hash:") else _WORDS.get(kind, kind)


def _how(observable: Observable) -> str:
    return _CHECKED.get(observable.kind, "exactly the same value")


def _shown(observable: Observable) -> str:
    if observable.kind == "cryptocurrency-wallet":
        chain, _, address = observable.value.partition(":")
        return f"{_CHAINS.get(chain, chain.upper())} {address}"
    if observable.kind.startswith("hash:"):
        return f"{observable.kind[5:].upper()} {observable.value}"
    return observable.value if len(observable.value) <= _LONGEST else observable.value[:_LONGEST] + "…"


def _holding(kind: str, value: str, **more: object) -> dict[str, object]:
    return {"type": kind, "id": f"{kind}--00000000-0000-4000-8000-000000000001", "value": value, **more}


def _indicator(pattern: str) -> dict[str, object]:
    return {
        "type": "indicator",
        "id": "indicator--00000000-0000-4000-8000-000000000002",
        "pattern": pattern,
        "pattern_type": "stix",
    }


_TRON = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
EXAMPLES: Sequence[Example] = (
    Example(_holding("domain-name", "evil[.]example"), _indicator("[domain-name:value = 'EVIL.example']"), True),
    Example(_holding("domain-name", "evil.example"), _holding("domain-name", "www.evil.example"), False),
    Example(_holding("url", "hxxp://evil.example/a"), _holding("domain-name", "evil.example"), True),
    Example(_holding("url", "http://evil.example/a"), _holding("url", "https://evil.example/a"), True),
    Example(_holding("url", "http://evil.example/a"), _holding("url", "http://evil.example/b"), True),
    Example(_holding("url", "http://evil.example/a"), _holding("url", "http://good.example/a"), False),
    Example(_holding("ipv4-addr", "198.51.100.7"), _holding("ipv4-addr", "198.51.100.0/24"), True),
    Example(_holding("ipv4-addr", "198.51.100.7"), _holding("ipv4-addr", "198.51.96.0/20"), True),
    Example(_holding("ipv4-addr", "198.51.100.7"), _holding("ipv4-addr", "198.51.100.8"), False),
    Example(_holding("ipv6-addr", "2001:db8::7"), _holding("ipv6-addr", "2001:db8::/48"), True),
    Example(_holding("phone-number", "+66 81 234 5678"), _holding("phone-number", "+66812345678"), True),
    Example(_holding("cryptocurrency-wallet", _TRON), _holding("cryptocurrency-wallet", f"usdt:{_TRON}"), True),
    Example(_holding("cryptocurrency-wallet", _TRON), _holding("cryptocurrency-wallet", _TRON[:-1] + "Z"), False),
    Example(_holding("email-addr", "Some.One@evil.example"), _holding("email-addr", "some.one@EVIL.example"), True),
    Example(_holding("email-addr", "a@evil.example"), _holding("email-addr", "b@evil.example"), False),
    Example(
        _holding("file", "", hashes={"MD5": "9" * 32}),
        _indicator(f"[file:hashes.md5 = '{'9' * 32}' AND file:name = 'a.exe']"),
        True,
    ),
)
