"""(n) Names: who is found among a hundred thousand, and whose strangers ring, by community; beside rapidfuzz.

Asked with names alone, of people who were in no other set ("held out"), by the weights and bounds of the product: a
real alarm also weighs birth, country and documents. Twice: as a screen of the index, and as a node compares what shares
a key. Each community's recall stands beside the share of its strangers who ring, and what is found but rings nobody
until there is a second sign. The peer, rapidfuzz, is given our own candidates and strings without marks, in their
script: it cannot read another script, so its zero there says only that; its threshold is the one at which as many
strangers ring as with ours. nomenklatura's logic-v2 is a peer by the same rule where it is to be had (`nomenklatura.py`
says how). What these figures cannot show is in SOURCES.md.
"""

from __future__ import annotations

import csv
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.figures import Figure, percentile
from bench.names.asking import Answer, Crowd, Peer, by_keys, compared, screen, share
from bench.names.material import Material, material
from bench.names.nomenklatura import logic_v2
from oureyes.correlate.names.likeness import likeness
from oureyes.model.romanisation.latin import plain

__all__ = ["figures"]

_EACH = 50  # pairs and strangers of a community: four minutes in all
_RINGS = 5.0  # per cent of strangers who ring, at which recall is told
_SGMY = "Chinese, SG/MY"


def figures(data: Path) -> Iterator[Figure]:
    """Candidates, recall and strangers alarmed, cost; then each community; then the labelled pairs."""
    found = material(data)
    crowd = Crowd(found.crowd, found.first("held_out", _EACH))
    strangers = found.first("held_strangers", _EACH)
    with logic_v2() as other:
        peers = {**_rapidfuzz(), **({"nomenklatura logic-v2": other} if other else {})}
        screened = list(screen(crowd, strangers, list(peers.values())))
    yield from _lacking(list(peers))
    for lacking in found.missing:
        yield Figure(f"names: {lacking}", 0, "pairs", aim="bench/requirements-names.txt, make setup")
    yield from _whole(screened, list(peers))
    yield from _cost(found, screened)
    yield from _fairness("screen", screened)
    yield from _fairness("node", list(by_keys(crowd, strangers)))
    yield from _labelled(data / "names/name_pairs.csv")


def _lacking(peers: Sequence[str]) -> Iterator[Figure]:
    """Peers that are not here are said to be."""
    for peer, where in (
        ("rapidfuzz token_sort", "make setup"),
        ("nomenklatura logic-v2", "OUREYES_NOMENKLATURA, see bench/names/nomenklatura.py"),
    ):
        if peer not in peers:
            yield Figure(f"names: no {peer} beside us", 0, "peers", aim=where)


def _rapidfuzz() -> dict[str, Peer]:
    """The strings as they are, marks off: what a spreadsheet's fuzzy match does, on our candidates."""
    if importlib.util.find_spec("rapidfuzz") is None:
        return {}
    from rapidfuzz.fuzz import token_sort_ratio

    return {"rapidfuzz token_sort": _of_plain(token_sort_ratio)}


def _of_plain(ratio: Callable[[str, str], float]) -> Peer:
    return lambda one, other: float(ratio(plain(one), plain(other)))


def _whole(answers: Sequence[Answer], peers: Sequence[str]) -> Iterator[Figure]:
    true, strangers = [one for one in answers if one.true], [one for one in answers if not one.true]
    groups = list(dict.fromkeys(one.group for one in true))
    cross = {one.group for one in true if one.cross}
    rate = share(strangers, lambda one: one.rang)
    yield Figure("names: candidates@100 of 100k", share(true, lambda one: one.candidate), "%", aim="≥ 92")
    yield Figure("names, held out: strangers alarmed, as the product is set", rate, "%", aim="communities below")
    five = _level([one.alone for one in strangers], _RINGS)
    for name, some, aim in (
        ("macro", groups, "≥ 75"),
        ("cross-script", [group for group in groups if group in cross], "≥ 65"),
        ("Latin", [group for group in groups if group not in cross], "≥ 85"),
        ("SG/MY Chinese", [_SGMY], "≥ 30"),
    ):
        mine, quiet = _mean(true, some, lambda one: one.alone > five), _mean(true, some, _found)
        said = f"{aim} ({_mean(true, some, _rang):.0f} as set, {quiet:.0f} with a second sign)"
        if not peers:
            yield Figure(f"names, held out: recall at 5 % alarmed, {name}", mine, "%", aim=said)
        for at, peer in enumerate(peers):
            level = _level([one.peers[at] for one in strangers], _RINGS)
            theirs = _mean(true, some, lambda one, at=at, level=level: one.peers[at] > level)  # type: ignore[misc]  # bound
            yield Figure(
                f"names, held out: recall at 5 % alarmed, {name}{', again' if at else ''}",
                mine,
                "%",
                peer,
                theirs,
                said,
            )


def _level(scores: Sequence[float], rate: float) -> float:
    """The score above which as many strangers ring as `rate` per cent."""
    ordered = sorted(scores, reverse=True)
    return ordered[min(int(len(ordered) * rate / 100), len(ordered) - 1)]


def _mean(answers: Sequence[Answer], groups: Sequence[str], said: Callable[[Answer], bool]) -> float:
    """The mean over communities."""
    shares = (share([one for one in answers if one.group == group], said) for group in groups)
    return sum(shares) / max(len(groups), 1)


def _rang(one: Answer) -> bool:
    return one.rang


def _found(one: Answer) -> bool:
    return one.rang or one.quiet


def _cost(found: Material, answers: Sequence[Answer]) -> Iterator[Figure]:
    index, whole = [one.index_ms for one in answers], [one.whole_ms for one in answers]
    yield Figure("names: index, one name among 100k", sum(index) / len(index), "ms", aim="≤ 1.5")
    yield Figure("names: index, p95", percentile(index, 0.95), "ms")
    yield Figure("names: index and 50 comparisons, p95", percentile(whole, 0.95), "ms")
    started = time.process_time()
    for truth in found.test:
        likeness.__wrapped__(truth.left, truth.right)
    yield Figure("names: one comparison", (time.process_time() - started) / len(found.test) * 1e3, "ms", aim="≤ 1")


def _fairness(how: str, answers: Sequence[Answer]) -> Iterator[Figure]:
    """Recall, and beside it the share of strangers of the same community who ring."""
    for group in dict.fromkeys(one.group for one in answers):
        true = [one for one in answers if one.true and one.group == group]
        strangers = [one for one in answers if not one.true and one.group == group]
        said = f"{share(true, _found):.0f} with a second sign; {len(true)} pairs, {len(strangers)} strangers"
        alarms = share(strangers, _rang)
        yield Figure(f"names, {how}: {group}", share(true, _rang), "%", "strangers alarmed", alarms, said)


def _labelled(file: Path) -> Iterator[Figure]:
    """The 347 labelled pairs of the shared data: no part in training; they were looked at while rules were made."""
    if not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        rows = [(row["kind"], row["same"] == "1", *compared(row["a"], [row["b"]])[:2]) for row in csv.DictReader(lines)]
    for kind in dict.fromkeys(kind for kind, *_ in rows):
        some = [(rang, quiet) for one, _, rang, quiet in rows if one == kind]
        rang, quiet = sum(one for one, _ in some), sum(one for _, one in some)
        same = any(one for name, one, *_ in rows if name == kind)
        said = f"{'the same' if same else 'others'}: {quiet} of {len(some)} found and quiet"
        yield Figure(f"names, labelled pairs: {kind}", 100 * rang / len(some), "%", aim=said)
