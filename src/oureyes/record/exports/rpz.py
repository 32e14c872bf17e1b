"""A response policy zone (draft-vixie-dnsop-dns-rpz): a resolver that loads it denies that what is listed exists.

To block is an active measure, which PAP allows from GREEN on. A name is written only where each of its labels is
letters, digits, dash and underscore, so that no value can add a record, a directive or a line; the whole must fit a
name with the zone's own beneath it. A name that was registered as such stands for those below it as well; a public
suffix, below which others live, is never written.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from oureyes.model.instants import nanoseconds
from oureyes.model.markings import PAP
from oureyes.model.observables import Observable, own_domain
from oureyes.record.exports.sheet import Left, Sheet, Value, Written
from oureyes.record.exports.wording import groups, head

__all__ = ["write"]

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST = 190  # octets of a name, so that a zone's name has room beneath it (RFC 1035 §3.1)
_TTL = 300


def write(sheet: Sheet) -> Written:
    """A zone file; names in it are relative to whatever zone it is loaded as."""
    left: list[Left] = []
    good: list[Value] = []
    for value in sheet.values:
        reason = _unfit(value, sheet)
        if reason:
            left.append(Left(value.thing.object.id, reason))
        else:
            good.append(value)
    told = sheet.of(good)
    serial = nanoseconds(sheet.at) // 1_000_000_000 % (1 << 32)
    lines = [f"; {line}" for line in head(told, "Our Eyes response policy zone")]
    lines += [
        f"$TTL {_TTL}",
        f"@ SOA localhost. hostmaster.localhost. {serial} 3600 600 604800 {_TTL}",
        "@ NS localhost.",
    ]
    for said, _, some in groups(good):
        lines += [f"; {said}", *(f"{name} CNAME ." for value in some for name in _names(value.observable))]
    body = "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode("ascii")
    return Written(body, frozenset(value.thing.object.id for value in good), tuple(left))


def _unfit(value: Value, sheet: Sheet) -> str:
    marking, one = value.thing.marking, value.observable
    # what a state says of its own holds others to it; at home it decides anew
    foreign = sheet.outside or marking.originator not in ("", sheet.origin)
    if foreign and marking.pap > PAP.GREEN:
        return f"PAP:{marking.pap.name} does not allow to block it"
    if one.kind not in ("domain-name", "ipv4-addr", "ipv6-addr"):
        return "a zone holds names and addresses only"
    if one.kind != "domain-name":
        return ""
    labels = one.value.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(one.value) > _LONGEST or len(labels) < 2:
        return "no name that a zone can hold"
    return "" if own_domain(one.value) else "a public suffix: names of others lie below it"


def _names(one: Observable) -> Iterator[str]:
    if one.kind == "domain-name":
        yield one.value
        if own_domain(one.value) == one.value:
            yield f"*.{one.value}"
    else:
        yield f"{_reversed(one.value)}.rpz-ip"


def _reversed(value: str) -> str:
    """`24.0.2.0.192`; of IPv6 words, with `zz` for the longest run of nought (draft §4.1.1)."""
    network = ipaddress.ip_network(value, strict=False)
    if network.version == 4:
        words = str(network.network_address).split(".")
    else:
        text = str(network.network_address)
        words = [word or "zz" for word in text.replace("::", ":zz:").strip(":").split(":")]
    return ".".join([str(network.prefixlen), *reversed(words)])
