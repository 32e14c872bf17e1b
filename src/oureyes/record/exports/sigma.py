"""Sigma rules (specification 2): what logs of resolvers, firewalls, proxies and processes are searched for.

YAML is a language: every text stands in double quotes with all but plain ASCII escaped (YAML 1.2 §7.3.1). A value in
Sigma is one as well: `*` and `?` are wildcards and a backslash escapes, so all three are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from oureyes.model.identifiers import derived_id
from oureyes.model.instants import day_of
from oureyes.record.exports.sheet import Left, Sheet, Value, Written
from oureyes.record.exports.wording import groups, head, plain

__all__ = ["quoted", "write"]

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOST = 500  # values in one rule: back-ends have limits of their own


@dataclass(frozen=True, slots=True)
class _Log:
    """Where a kind of value is looked for."""

    title: str
    source: Mapping[str, str]
    field: str
    shown: Callable[[str], str] = lambda value: value


def _hash(name: str) -> _Log:
    source = {"category": "process_creation", "product": "windows"}
    return _Log(f"{name} hashes", source, "Hashes|contains", lambda value: f"{name}={value.upper()}")


_LOGS: Mapping[str, _Log] = {
    "domain-name": _Log("domain names", {"category": "dns"}, "query"),
    "ipv4-addr": _Log("addresses", {"category": "firewall"}, "dst_ip"),
    "ipv6-addr": _Log("addresses", {"category": "firewall"}, "dst_ip"),
    "url": _Log("links", {"category": "proxy"}, "c-uri"),
    "hash:md5": _hash("MD5"),
    "hash:sha1": _hash("SHA1"),
    "hash:sha256": _hash("SHA256"),
}


def write(sheet: Sheet) -> Written:
    """Rules, one document each, for every place and every set of terms."""
    fit, left = list[Value](), list[Left]()
    for value in sheet.values:
        if value.observable.kind not in _LOGS:
            left.append(Left(value.thing.object.id, "Sigma has no log for a value of its kind"))
        elif _SURROGATE.search(value.observable.value):
            left.append(Left(value.thing.object.id, "a value that is no text"))
        else:
            fit.append(value)
    told = sheet.of(fit)
    comments = "".join(f"# {line}\n" for line in head(told, "Our Eyes rules in Sigma"))
    rules = "".join(f"---\n{rule}" for rule in _rules(told))
    return Written((comments + rules).encode("ascii"), frozenset(one.thing.object.id for one in fit), tuple(left))


def _rules(sheet: Sheet) -> Iterator[str]:
    def log(value: Value) -> str:
        found = _LOGS[value.observable.kind]
        return f"{found.title}|{_cidr(value.observable.value) if found.field == 'dst_ip' else ''}"

    for _, alike in groupby(sorted(sheet.values, key=log), log):
        for said, _, some in groups(alike):
            for start in range(0, len(some), _MOST):
                yield _rule(sheet, said, some[start : start + _MOST])


def _cidr(value: str) -> str:
    return "|cidr" if "/" in value else ""


def _rule(sheet: Sheet, said: str, some: list[Value]) -> str:
    log, thing = _LOGS[some[0].observable.kind], some[0].thing
    field = log.field + (_cidr(some[0].observable.value) if log.field == "dst_ip" else "")
    shown = [_escaped(log.shown(value.observable.value)) for value in some]
    level = thing.marking.tlp.label.removeprefix("TLP:").lower().replace("+", "-")
    identifier = derived_id("sigma", sheet.origin, field, *log.source.values(), said, some[0].observable.value)
    lines = [
        f"title: {quoted(f'Our Eyes: {log.title}, {thing.marking.tlp.label}')}",
        f"id: {identifier.partition('--')[2]}",
        "status: experimental",
        f"description: {quoted(f'{len(some)} {log.title} on record. {said}.')}",
        f"author: {quoted(f'Our Eyes, {plain(sheet.origin)}')}",
        f"date: {quoted(day_of(sheet.at))}",
        f"tags:\n    - tlp.{level}",
        "logsource:",
        *(f"    {name}: {word}" for name, word in log.source.items()),
        "detection:",
        f"    selection:\n        {field}:",
        *(f"            - {quoted(value)}" for value in shown),
        "    condition: selection",
        "level: medium",
        f"pap: {thing.marking.pap.name.lower()}",
        f"handling: {thing.marking.handling}",
        *([f"expires: {quoted(thing.until)}"] if thing.until else []),
    ]
    return "".join(f"{line}\n" for line in lines)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def quoted(text: str) -> str:
    """A YAML double-quoted scalar of plain ASCII."""
    return '"' + "".join(map(_shown, text)) + '"'


def _shown(character: str) -> str:
    point = ord(character)
    if 0x20 <= point < 0x7F:
        return "\\" + character if character in '"\\' else character
    return f"\\x{point:02X}" if point < 0x100 else f"\\u{point:04X}" if point < 0x10000 else f"\\U{point:08X}"
