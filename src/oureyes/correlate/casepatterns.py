"""Both cases are done the same way: techniques, targets, means, places and times that they share.

A case is a set of such features, from its labels and tags, its references, kill chain and links. What few do weighs
more than what everybody does: a phishing mail says nothing, a rare technique much. Three features must be shared, one
of them telling, and a third of the weight of all both have. It is a lead, never proof: methods are copied and sold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import log
from typing import Any

from oureyes.model.findings import Key, Match
from oureyes.model.objects import StixObject
from oureyes.model.ports import Example
from oureyes.model.vocabularies import read_tag

__all__ = [
    "CASES",
    "EXAMPLES",
    "KNOWN",
    "NAME",
    "PARTIAL",
    "TYPES",
    "Cluster",
    "Counts",
    "Likeness",
    "Novelty",
    "clusters",
    "combined",
    "compare",
    "features_of",
    "keys",
    "likeness",
    "novelties",
]

NAME = "case-patterns"
PARTIAL = True  # a feature is a part of a case
TYPES = CASES = frozenset(["report", "grouping", "campaign", "intrusion-set", "incident", "x-oureyes-case"])

_LEAST, _SHARED, _TELLING = 1 / 3, 3, 0.35
# How much a feature of a kind can say at the most; kinds not named here say a tenth.
_KINDS: Mapping[str, float] = {"technique": 1.0, "means": 1.0, "target": 0.8, "use": 0.6, "place": 0.5, "time": 0.2}
_TELLS = frozenset(["technique", "means", "target"])
# Which of 219 groups and campaigns of ATT&CK Enterprise 18.1 use the commonest techniques: what a node knows of rarity
# before it holds cases of its own. A technique that is not named here is used by fewer than 30.
_ATTACK: Mapping[str, int] = {
    "T1105": 113, "T1588.002": 102, "T1059.001": 99, "T1204.002": 95, "T1566.001": 86, "T1059.003": 86,
    "T1071.001": 77, "T1036.005": 72, "T1082": 67, "T1053.005": 66, "T1190": 61, "T1059.005": 60, "T1083": 60,
    "T1547.001": 58, "T1070.004": 57, "T1005": 57, "T1204.001": 55, "T1583.001": 55, "T1078": 54, "T1016": 52,
    "T1566.002": 51, "T1140": 51, "T1047": 50, "T1003.001": 49, "T1027.013": 49, "T1057": 49, "T1018": 47,
    "T1560.001": 47, "T1203": 46, "T1033": 45, "T1505.003": 43, "T1021.001": 42, "T1562.001": 39, "T1074.001": 38,
    "T1046": 36, "T1574.001": 36, "T1587.001": 36, "T1133": 35, "T1049": 35, "T1041": 35, "T1027.010": 34,
    "T1189": 34, "T1021.002": 34, "T1112": 34, "T1218.011": 34, "T1608.001": 33, "T1553.002": 33, "T1087.002": 31,
    "T1518.001": 30, "T1543.003": 30, "T1059.007": 30, "T1027.002": 30,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many of `total` cases each feature occurs; one that is not named occurs in few."""

    total: int
    of: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def over(cls, cases: Iterable[frozenset[str]], prior: Counts | None = None) -> Counts:
        """Counted over cases; `prior` is what was known before, without which few cases would all look alike."""
        seen = dict(prior.of) if prior else {}
        total = prior.total if prior else 0
        for features in cases:
            total += 1
            for feature in features:
                seen[feature] = seen.get(feature, 0) + 1
        return cls(total, seen)

    def weight(self, feature: str) -> float:
        """0 (everybody does it) to 1 (nobody else does), scaled by what its kind can say."""
        total = max(self.total, 2)
        rare = log((total + 1) / (min(self.of.get(feature, 0), total) + 1)) / log(total + 1)
        return rare * _KINDS.get(feature.partition(":")[0], 0.1)


KNOWN = Counts(219, {f"technique:{name}": number for name, number in _ATTACK.items()})


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two cases are (0–1), and by what, the most telling first."""

    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Cases each like another of them, what at least half of them share, and how rare each of that is, in words."""

    cases: tuple[str, ...]
    features: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Novelty:
    """Two features that occur together in a case and never did before; how often each was seen alone."""

    case: str
    pair: tuple[str, str]
    before: tuple[int, int]

    @property
    def words(self) -> str:
        """For the analyst, figures included."""
        one, other = (f"{_shown(name)} ({seen} before)" for name, seen in zip(self.pair, self.before, strict=True))
        return f"never together before: {one} and {other}"


def keys(obj: StixObject) -> Iterable[Key]:
    if obj.content["type"] not in CASES:
        return ()
    features = features_of(obj.content)
    if len(features) < _SHARED:
        return ()
    return tuple(Key(NAME, f"case:{one}", one.partition(":")[0]) for one in sorted(features) if _tells(one, KNOWN))


def compare(left: StixObject, right: StixObject) -> Match | None:
    """What their own content says; links and this node's counts are added when cases are clustered."""
    if left.content["type"] not in CASES or right.content["type"] not in CASES:
        return None
    found = likeness(features_of(left.content), features_of(right.content), KNOWN)
    if found is None:
        return None
    key = "case:" + "|".join(sorted((left.id, right.id)))
    return Match(left.id, right.id, NAME, round(0.3 + 0.5 * found.score, 3), _words(found), key, "case")


def likeness(left: frozenset[str], right: frozenset[str], counts: Counts) -> Likeness | None:
    """How alike, by the weight of what is shared; None for what is no lead."""
    shared = left & right
    if len(shared) < _SHARED or not any(_tells(one, counts) for one in shared):
        return None
    weight = {one: counts.weight(one) for one in left | right}
    score = sum(weight[one] for one in shared) / (sum(weight.values()) or 1.0)
    if score < _LEAST:
        return None
    return Likeness(round(score, 4), tuple(sorted(shared, key=lambda one: (-weight[one], one))))


def _tells(feature: str, counts: Counts) -> bool:
    """Whether a feature may carry a match: it says how, by what means or whom, and most others do not have it."""
    kind = feature.partition(":")[0]
    return kind in _TELLS and counts.weight(feature) >= _TELLING * _KINDS[kind]


def _words(found: Likeness) -> str:
    rare = [_shown(one) for one in found.shared if _tells(one, KNOWN)]
    said = f"{len(found.shared)} features are the same, {found.score:.0%} of the weight; rarest: {', '.join(rare[:4])}"
    return said + (f" and {len(rare) - 4} more" if len(rare) > 4 else "")


def _shown(feature: str) -> str:
    kind, _, value = feature.partition(":")
    return value if kind == "technique" else f"{kind} {value}"


def clusters(cases: Mapping[str, frozenset[str]], counts: Counts) -> tuple[Cluster, ...]:
    """Cases that hang together, the largest cluster first. Pairs are looked for only where a telling feature is shared,
    so the cost follows what is rare."""
    holders: dict[str, list[str]] = {}
    for case, features in sorted(cases.items()):
        for feature in features:
            if _tells(feature, counts):
                holders.setdefault(feature, []).append(case)
    parent = {case: case for case in cases}
    pairs = {pair for some in holders.values() for pair in combinations(some, 2)}
    for one, other in sorted(pairs):
        if likeness(cases[one], cases[other], counts) is not None:
            parent[_root(parent, one)] = _root(parent, other)
    grouped: dict[str, list[str]] = {}
    for case in sorted(cases):
        grouped.setdefault(_root(parent, case), []).append(case)
    made = [_cluster(some, cases, counts) for some in grouped.values() if len(some) > 1]
    return tuple(sorted(made, key=lambda one: (-len(one.cases), one.cases)))


def _root(parent: dict[str, str], case: str) -> str:
    while parent[case] != case:
        parent[case] = case = parent[parent[case]]
    return case


def _cluster(some: Sequence[str], cases: Mapping[str, frozenset[str]], counts: Counts) -> Cluster:
    seen = Counts.over(cases[case] for case in some).of
    common = [feature for feature, number in seen.items() if number * 2 >= len(some) and number > 1]
    telling = sorted(common, key=lambda one: (-counts.weight(one), one))
    words = [
        f"{_shown(one)}: {seen[one]} of these {len(some)}, {counts.of.get(one, 0)} of all {counts.total} known"
        for one in telling
    ]
    return Cluster(tuple(some), tuple(telling), tuple(words))


def combined(features: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """The combinations that are watched: how or by what means, with whom, where, or for what use."""
    hows = sorted(one for one in features if one.startswith(("technique:", "means:")))
    wheres = sorted(one for one in features if one.startswith(("target:", "place:", "use:")))
    return tuple((how, where) for how in hows for where in wheres)


def novelties(now: Mapping[str, frozenset[str]], before: Iterable[frozenset[str]]) -> tuple[Novelty, ...]:
    """Combinations of the new cases that no case had before, those of well-known features first: a new feature is no
    surprise in itself, two old ones that meet are. Nothing is new to one who has seen nothing."""
    past = list(before)
    counts = Counts.over(past).of
    known = {pair for features in past for pair in combined(features)}
    found = [
        Novelty(case, pair, (counts.get(pair[0], 0), counts.get(pair[1], 0)))
        for case, features in sorted(now.items())
        for pair in combined(features)
        if pair not in known and all(counts.get(one, 0) for one in pair)
    ]
    return tuple(sorted(found, key=lambda one: (-min(one.before), one.pair, one.case)))


_TECHNIQUE = re.compile(r"\b(T\d{4}(?:\.\d{3})?)\b")
_SOURCES = {
    "mitre-attack": "",
    "mitre-ics-attack": "",
    "mitre-mobile-attack": "",
    "DISARM": "DISARM ",
    "mitre-f3": "F3 ",
}
# namespace:predicate of a machine tag → kind of feature
_TAGS: Mapping[str, str] = {
    "asean-somtc:crime-area": "crime", "unodc-internet-terrorism:use": "use",
    "unodc-internet-terrorism:propaganda": "use", "unodc-internet-terrorism:planning": "use",
    "misp-galaxy:sector": "target", "misp-galaxy:target-information": "target",
    "misp-galaxy:country": "place", "misp-galaxy:region": "place",
    "misp-galaxy:tool": "means", "misp-galaxy:malpedia": "means", "misp-galaxy:ransomware": "means",
    "misp-galaxy:rat": "means", "misp-galaxy:mitre-malware": "means", "misp-galaxy:mitre-tool": "means",
    "misp-galaxy:threat-actor": "actor",
}  # fmt: skip
_REFS: Mapping[str, str] = {
    "attack-pattern": "technique", "malware": "means", "tool": "means", "vulnerability": "means",
    "infrastructure": "means", "location": "place",
}  # fmt: skip
_LISTS = {"techniques": "technique", "targets": "target", "sectors": "target", "means": "means", "places": "place"}


def features_of(content: Mapping[str, Any], more: Iterable[str] = ()) -> frozenset[str]:
    """A case's features; `more` are tags it carries and ids it is linked with."""
    return frozenset(one for one in (*_said(content), *_tagged(more), *_linked(more)) if one)


def _said(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _tagged(_texts(content.get("labels")))
    yield from _linked(_texts(content.get("object_refs")))
    for name, kind in _LISTS.items():
        yield from (f"{kind}:{_plain(text)}" for text in _texts(content.get(name)))
    for phase in content.get("kill_chain_phases") or ():
        if isinstance(phase, dict):
            yield f"phase:{phase.get('kill_chain_name')}/{phase.get('phase_name')}"
    for reference in content.get("external_references") or ():
        if isinstance(reference, dict) and isinstance(reference.get("external_id"), str):
            yield _technique(reference["external_id"], str(reference.get("source_name")))
    for name in ("first_seen", "first_observed", "published"):
        at = content.get(name)
        if isinstance(at, str) and re.match(r"\d{4}-\d\d", at):
            yield f"time:{at[:4]}-Q{(int(at[5:7]) + 2) // 3}"
            break


def _texts(value: object) -> Sequence[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else ()


def _plain(text: str) -> str:
    """As all write it; a technique by its number alone."""
    found = _TECHNIQUE.search(text)
    return found[1] if found else " ".join(text.casefold().split())


def _technique(number: str, source: str) -> str:
    prefix = _SOURCES.get(source)
    found = _TECHNIQUE.fullmatch(number) if prefix is not None else None
    return f"technique:{prefix}{found[1]}" if found else ""


def _tagged(tags: Iterable[str]) -> Iterator[str]:
    for tag in tags:
        read = read_tag(tag) if ":" in tag else None
        if read is None:
            continue
        namespace, predicate, value = read
        if predicate in ("mitre-attack-pattern", "attack-pattern") or namespace in ("mitre-attack", "disarm"):
            found = _TECHNIQUE.search(value or predicate)
            yield f"technique:{'DISARM ' if namespace == 'disarm' else ''}{found[1]}" if found else ""
            continue
        kind = _TAGS.get(f"{namespace}:{predicate}")
        yield f"{kind}:{_plain(value)}" if kind and value else ""


def _linked(ids: Iterable[str]) -> Iterator[str]:
    """What is referred to, by its id: ATT&CK's, DISARM's and OpenCTI's ids are the same everywhere."""
    for one in ids:
        kind = _REFS.get(one.partition("--")[0])
        if kind:
            yield f"{kind}:{one}"


def _case(number: int, *labels: str, **more: object) -> dict[str, object]:
    identifier = f"x-oureyes-case--00000000-0000-4000-8000-00000000000{number}"
    return {"type": "x-oureyes-case", "id": identifier, "labels": list(labels), **more}


def _pattern(number: str) -> str:
    return f'misp-galaxy:mitre-attack-pattern="A name - {number}"'


_PIRATES = (_pattern("T1566.002"), _pattern("T1651"), 'misp-galaxy:sector="Maritime"')
EXAMPLES: Sequence[Example] = (
    Example(_case(1, *_PIRATES), _case(2, *_PIRATES, 'misp-galaxy:country="singapore"'), True),
    Example(
        _case(1, *_PIRATES),
        _case(2, targets=["maritime"], techniques=["T1566.002", "T1651"], first_seen="2026-09-02T00:00:00Z"),
        True,
    ),
    Example(
        _case(1, *(_pattern(one) for one in ("T1105", "T1059.001", "T1566.001", "T1204.002"))),
        _case(2, *(_pattern(one) for one in ("T1105", "T1059.001", "T1566.001", "T1204.002"))),
        False,
    ),
    Example(_case(1, *_PIRATES), _case(2, _pattern("T1566.002"), _pattern("T1105"), _pattern("T1082")), False),
)
