"""Plain lists: one value a line, `#` before what is said about them. What firewalls, proxies and scanners read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from oureyes.record.exports.sheet import Left, Sheet, Value, Written
from oureyes.record.exports.wording import groups, head

__all__ = ["LISTS", "listed"]

# Name of the list → the kinds of observable in it.
LISTS: Mapping[str, frozenset[str]] = {
    "domains": frozenset(["domain-name"]),
    "ips": frozenset(["ipv4-addr", "ipv6-addr"]),
    "urls": frozenset(["url"]),
    "emails": frozenset(["email-addr"]),
    "phones": frozenset(["phone-number"]),
    "wallets": frozenset(["cryptocurrency-wallet"]),
    "ibans": frozenset(["iban"]),
    "md5": frozenset(["hash:md5"]),
    "sha1": frozenset(["hash:sha1"]),
    "sha256": frozenset(["hash:sha256"]),
}


def listed(name: str) -> Callable[[Sheet], Written]:
    """The writer of one of `LISTS`."""
    return lambda sheet: _write(name, sheet)


def _write(name: str, sheet: Sheet) -> Written:
    kinds = LISTS[name]
    good, left = list[Value](), list[Left]()
    for value in sheet.values:
        if value.observable.kind not in kinds:
            left.append(Left(value.thing.object.id, f"not of the kind that a list of {name} holds"))
        elif value.observable.value.startswith("#"):
            left.append(Left(value.thing.object.id, "a value that begins as a comment does"))
        else:
            good.append(value)
    told = sheet.of(good)
    lines = [f"# {line}" for line in head(told, f"Our Eyes {name}")]
    for said, _, some in groups(good):
        lines += ["#", f"# {said}", *(_bare(value.observable.kind, value.observable.value) for value in some)]
    body = "".join(f"{line}\n" for line in lines).encode()
    return Written(body, frozenset(value.thing.object.id for value in good), tuple(left))


def _bare(kind: str, value: str) -> str:
    """A wallet without the name of its chain: what explorers and scanners know."""
    return value.partition(":")[2] if kind == "cryptocurrency-wallet" else value
