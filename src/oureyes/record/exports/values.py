"""Which single values a machine may act on: each must be enough by itself, meant as a sign, and still stand.

A list, a rule or a zone holds values without the pattern they came from. So a value is taken only where it alone makes
the pattern true: every way of an OR, one hash of a file that has a name as well; never one half of an AND, and nothing
under a qualifier. What nobody stated to be a sign (an observable, a report) is no value.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds
from oureyes.model.objects import OBSERVABLE_TYPES, StixObject
from oureyes.model.observables import Observable, observables_of
from oureyes.model.patterns import Atom, Comparison, Joined, Observed, parse
from oureyes.model.patterns.atoms import observable_of_atom
from oureyes.model.patterns.syntax import Expression, Test
from oureyes.record.exports.sheet import Left, Thing, Value

__all__ = ["Warned", "standing", "values_of"]

Warned = Callable[[Observable], str]  # the name of the warninglist a value is on, "" for none

_HARMLESS = frozenset(["benign"])  # of indicator-type-ov (STIX 2.1 §10.12)
# what a line, or a reader of lines, ends at
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")
_WIDEST = {4: 8, 6: 16}  # prefix lengths below which a network is whole providers and states


def standing(things: Iterable[Thing], at: str, warned: Warned) -> tuple[list[Thing], list[Left]]:
    """Things that are still meant and are not what warninglists name; the others, with the reason."""
    kept: list[Thing] = []
    left: list[Left] = []
    for thing in things:
        reason = _fallen(thing, at) or _all_warned(thing.object, warned)
        if reason:
            left.append(Left(thing.object.id, reason))
        else:
            kept.append(thing)
    return kept, left


def values_of(things: Iterable[Thing], at: str, warned: Warned) -> tuple[list[Value], list[Left]]:
    """Every value of the things, each once and under the tightest of its markings; what gives none, with the reason."""
    found: dict[Observable, Value] = {}
    left: list[Left] = []
    for thing in things:
        reason = _fallen(thing, at) or _no_sign(thing.object)
        values = () if reason else _alone(thing.object)
        if not values:
            left.append(Left(thing.object.id, reason or "no single value of it is enough by itself"))
        for one in values:
            if why := _unfit(one, warned):
                left.append(Left(thing.object.id, why))
            elif one not in found or _tighter(thing, found[one].thing):
                found[one] = Value(one, thing)
    return sorted(found.values(), key=lambda value: (value.observable.kind, value.observable.value)), left


def _fallen(thing: Thing, at: str) -> str:
    if thing.object.revoked:
        return "revoked"
    if thing.until and nanoseconds(thing.until) <= nanoseconds(at):
        return "no longer valid"
    return ""


def _all_warned(obj: StixObject, warned: Warned) -> str:
    """Why an indicator or observable is nothing but noise: what it stands for is on a list."""
    if obj.type == "indicator":
        values = _alone(obj)
    elif obj.type in OBSERVABLE_TYPES:
        values = observables_of(obj.content)
    else:
        return ""
    hits = [name for one in values if (name := warned(one))]
    return f"on the warninglist {hits[0]}" if hits else ""


def _no_sign(obj: StixObject) -> str:
    if obj.type != "indicator":
        return "no indicator: nobody stated it to be a sign"
    if obj.content.get("pattern_type", "stix") != "stix":
        return "a rule in another language"
    kinds = obj.content.get("indicator_types")
    if isinstance(kinds, list) and kinds and all(kind in _HARMLESS for kind in kinds):
        return "its source calls it harmless"
    return ""


def _unfit(one: Observable, warned: Warned) -> str:
    if _UNSAFE.search(one.value):
        return "a value with blanks or control characters"
    if one.kind in ("ipv4-addr", "ipv6-addr"):
        network = ipaddress.ip_network(one.value, strict=False)
        if network.prefixlen < _WIDEST[network.version]:
            return "a network too wide to act on"
    name = warned(one)
    return f"on the warninglist {name}" if name else ""


def _tighter(one: Thing, other: Thing) -> bool:
    return (one.marking.tlp, one.marking.pap) > (other.marking.tlp, other.marking.pap)


def _alone(obj: StixObject) -> tuple[Observable, ...]:
    pattern = obj.content.get("pattern")
    if not isinstance(pattern, str) or obj.content.get("pattern_type", "stix") != "stix":
        return ()
    return _enough(pattern)


@lru_cache(maxsize=8192)
def _enough(pattern: str) -> tuple[Observable, ...]:
    try:
        return tuple(dict.fromkeys(_ways(parse(pattern).root)))
    except InvalidObject:
        return ()


def _ways(expression: Expression) -> Iterator[Observable]:
    if isinstance(expression, Observed):
        yield from _of_test(expression.test)
    elif isinstance(expression, Joined) and expression.operator == "OR":
        for part in expression.parts:
            yield from _ways(part)


def _of_test(test: Test) -> Iterator[Observable]:
    if isinstance(test, Comparison):
        yield from _of_comparison(test)
    elif test.operator == "OR":
        for part in test.parts:
            yield from _of_test(part)
    else:  # of a file's name, size and hashes together, any one hash tells the file
        for part in test.parts:
            yield from (one for one in _of_test(part) if one.kind.startswith("hash:"))


def _of_comparison(test: Comparison) -> Iterator[Observable]:
    if test.negated or test.operator not in ("=", "IN"):
        return
    for value in test.value if isinstance(test.value, tuple) else (test.value,):
        found = observable_of_atom(Atom(test.path.type, test.path.text, value)) if value is not None else None
        if found is not None:
            yield found
