"""Learn the trees of `correlate/names/trees.json`: `python -m bench.names.training`.

scikit-learn is needed for it, and for nothing else (bench/requirements-names.txt).

Positives are the pairs set apart for training; negatives are what the index gives for them and for strangers of the
training side that is somebody else. Every community weighs the same, whatever its number of pairs, so that no group
is learnt at another's cost; where more strangers of one ring than of others, its strangers are made to weigh more and
all is learnt again. Each pair is learnt twice: with how many bear such a name as the index counts it, and as
customs alone would say. The levels, where a sum is worth an officer's time, are those that one stranger in twenty
reaches, each weighed by trees that had not seen him.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from bench.names.asking import Crowd
from bench.names.material import Truth, material
from oureyes.correlate.names.likeness import FEATURES, LOWER, RAISE, crowded, likeness, screened

_LOOKED_AT = 50
_STRANGERS = 60  # of a community
_RINGS = 0.05
_ROUNDS = 2  # of making communities even
_LEVELS = (("customs", False), ("counted", True))
_PARTS = 3  # in which the material is cut, so that each is weighed by trees of the others
_TREES: dict[str, Any] = {
    "max_iter": 150, "max_leaf_nodes": 15, "learning_rate": 0.08, "l2_regularization": 1.0, "min_samples_leaf": 20,
    "random_state": 0,
}  # fmt: skip
_SAID = re.compile(r",|\.|\b(?:bin|binti|al|abu|de|da|dos|del)\b|a/l", re.IGNORECASE)

Rows = Any  # of numpy


@dataclass(frozen=True, slots=True)
class Learning:
    """One row for every pair of names looked at: its values, whether they are one, who asked, of which community."""

    values: Rows
    true: Rows
    asked: Rows
    groups: Rows
    strangers: Rows

    def counted(self, *, by_index: bool) -> Rows:
        return self.values[:, 1] == float(by_index)


def main() -> int:
    """Write the trees where they belong; print the levels, and of each community the strangers who ring."""
    root = Path(__file__).resolve().parents[2]
    found = material(Path(os.environ.get("OUREYES_DATA", root.parent / "shared" / "data")))
    crowd = Crowd(found.crowd, found.train)
    every = _learning(_rows(crowd, found.first("train_strangers", _STRANGERS)))
    weights = _weights(every)
    for _ in range(_ROUNDS):
        weights = _evened(every, weights, _unseen(every, weights))
    unseen = _unseen(every, weights)
    levels = {name: _level(every, unseen, by_index=by_index) for name, by_index in _LEVELS}
    model = _fitted(every, weights, numpy.ones(len(every.true), dtype=bool))
    kept = {**{name: round(-level, 4) for name, level in levels.items()}, "trees": list(_trees(model))}
    (root / "src/oureyes/correlate/names/trees.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")
    return 0


Row = tuple[Sequence[float], bool, int, str, bool]


def _rows(crowd: Crowd, strangers: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Two of each pair of names looked at: by the index's count of namesakes, and by customs."""
    for at, (truth, query, place) in enumerate(crowd.asked):
        found = [(crowd.names[one], one == place) for one in {*crowd.index.search(query, _LOOKED_AT), place}]
        if at % 3 == 0:
            found.append((query, True))  # two registers of one state: letter by letter the same
        if at % 3 == 1:
            yield from _weighed(crowd, *_turned(truth), at, truth.group, stranger=False)
        if at % 3 == 2:
            yield from _weighed(crowd, *_mixed(crowd.asked, at), at, truth.group, stranger=False)
        yield from _weighed(crowd, query, found, at, truth.group, stranger=False)
    for at, (group, name) in enumerate(strangers, len(crowd.asked)):
        some = [(crowd.names[one], False) for one in crowd.index.search(name, _LOOKED_AT)]
        yield from _weighed(crowd, name, some, at, group, stranger=True)


def _turned(truth: Truth) -> tuple[str, list[tuple[str, bool]]]:
    """The same pair in a register that writes the family name at the other end, as many do; none of names that say
    their order."""
    words = truth.right.split()
    if not truth.right.isascii() or len(words) < 2 or _SAID.search(truth.right):
        return truth.left, []
    return truth.left, [(" ".join((*words[1:], words[0])), True)]


def _mixed(asked: Sequence[tuple[Truth, str, int]], at: int) -> tuple[str, list[tuple[str, bool]]]:
    """A name of two customs, as in many families: itself, and somebody else's with the same beginning."""
    first, last, other = (asked[(at + step) % len(asked)][0].right.split() for step in (0, 977, 1954))
    if len(first) < 2 or not all(map(str.isascii, (first[0], last[-1], other[-1]))) or last[-1] == other[-1]:
        return " ".join(first), []
    name = f"{first[0]} {last[-1]}"
    return name, [(name, True), (f"{first[0]} {other[-1]}", False)]


def _weighed(
    crowd: Crowd, query: str, found: Sequence[tuple[str, bool]], asked: int, group: str, *, stranger: bool
) -> Iterator[Row]:
    for name, true in found:
        yield screened(query, name, crowd.index.namesakes).values, true, asked, group, stranger
        yield likeness(query, name).values, true, asked, group, stranger


def _learning(rows: Iterator[Row]) -> Learning:
    values, true, asked, groups, strangers = zip(*rows, strict=True)
    return Learning(*map(numpy.array, (values, true, asked, groups, strangers)))


def _weights(every: Learning) -> Rows:
    """True pairs of a community weigh as much as those of another; so do its others, and three times as much."""
    out = numpy.zeros(len(every.true))
    for group in set(every.groups):
        for true, share in ((True, 1.0), (False, 3.0)):
            some = (every.groups == group) & (every.true == true)
            out[some] = 1000 * share / max(some.sum(), 1)
    return out


def _fitted(every: Learning, weights: Rows, some: Rows) -> Any:
    boosted = importlib.import_module("sklearn.ensemble").HistGradientBoostingClassifier
    signs = [int(name in RAISE) - int(name in LOWER) for name in FEATURES]
    model = boosted(monotonic_cst=signs, **_TREES)
    return model.fit(every.values[some], every.true[some], sample_weight=weights[some])


def _unseen(every: Learning, weights: Rows) -> Rows:
    """Every sum, by trees that did not see who asked."""
    part = numpy.array([random.Random(int(one)).randrange(_PARTS) for one in every.asked])
    out = numpy.zeros(len(part))
    for one in range(_PARTS):
        out[part == one] = _fitted(every, weights, part != one).decision_function(every.values[part == one])
    return out


def _evened(every: Learning, weights: Rows, sums: Rows) -> Rows:
    """More weight for who is not one, in the communities whose strangers ring oftener than one in twenty."""
    asked, rang = Counter[str](), Counter[str]()
    for _, by_index in _LEVELS:
        highest = _highest(every, sums, by_index=by_index)
        level = _reached(highest)
        asked.update(group for group, _ in highest)
        rang.update(group for (group, _), top in highest.items() if top > level)
    out = weights.copy()
    for group in asked:
        more = (rang[group] / asked[group] + 0.03) / (_RINGS + 0.03)
        out[(every.groups == group) & ~every.true] *= min(max(more, 0.7), 1.8)
    return out


def _level(every: Learning, sums: Rows, *, by_index: bool) -> float:
    """The sum that one stranger in twenty reaches; printed beside it, who reaches it in each community."""
    highest = _highest(every, sums, by_index=by_index)
    level = _reached(highest)
    asked, rang = Counter(group for group, _ in highest), Counter(who[0] for who, top in highest.items() if top > level)
    print(f"{'counted' if by_index else 'customs'}: level {level:.2f}")
    for group, count in asked.items():
        print(f"  {group}: {rang[group]} of {count} strangers ring")
    return level


def _reached(highest: Mapping[tuple[str, int], float]) -> float:
    return sorted(highest.values(), reverse=True)[int(len(highest) * _RINGS)]


def _highest(every: Learning, sums: Rows, *, by_index: bool) -> dict[tuple[str, int], float]:
    """Of each stranger the highest sum, less what namesakes take off."""
    out: dict[tuple[str, int], float] = defaultdict(lambda: -99.0)
    for at in numpy.flatnonzero(every.strangers & every.counted(by_index=by_index)):
        who = (str(every.groups[at]), int(every.asked[at]))
        out[who] = max(out[who], float(sums[at]) - crowded(float(every.values[at, 0]), counted=by_index))
    return out


def _trees(model: Any) -> Iterator[Any]:
    """`[value, bound, at most, above, mean]`, or a number; the first tree is where the sum begins."""
    yield round(float(model._baseline_prediction.item()), 4)  # scikit-learn has no public way to read it
    for (tree,) in model._predictors:
        yield _tree(tree.nodes, 0)[0]


def _tree(nodes: Any, at: int) -> tuple[Any, float, int]:
    """The tree from here, its mean and how many rows came by."""
    node = nodes[at]
    if node["is_leaf"]:
        value = round(float(node["value"]), 4)
        return value, value, int(node["count"])
    low, low_mean, low_count = _tree(nodes, int(node["left"]))
    high, high_mean, high_count = _tree(nodes, int(node["right"]))
    mean = (low_mean * low_count + high_mean * high_count) / (low_count + high_count)
    bound = float(f"{node['num_threshold']:.6g}")
    return [int(node["feature_idx"]), bound, low, high, round(mean, 4)], mean, low_count + high_count


if __name__ == "__main__":
    sys.exit(main())
