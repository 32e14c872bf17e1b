"""Learn the trees of `correlate/names/trees.json`: `python -m bench.names.training`, with scikit-learn installed.

Positives are the pairs set apart for training; negatives are what the index gives for them and for strangers of the
training side that is somebody else. Every community weighs the same, whatever its number of pairs, so that no group
is learnt at another's cost. Each pair is learnt twice: with how many bear such a name as the index counts it, and as
customs alone would say. The levels, where a sum is worth an officer's time, are those that one stranger in twenty
reaches, each weighed by trees that had not seen him.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from bench.names.asking import Crowd
from bench.names.material import Truth, material
from oureyes.correlate.names.likeness import FEATURES, crowded, likeness, screened

_LOOKED_AT = 50
_STRANGERS = 60  # of a community
_RINGS = 0.05
_PARTS = 3  # in which the material is cut, so that each is weighed by trees of the others
_TREES: dict[str, Any] = {
    "max_iter": 150, "max_leaf_nodes": 15, "learning_rate": 0.08, "l2_regularization": 1.0, "min_samples_leaf": 20,
    "random_state": 0,
}  # fmt: skip
# What must not turn its sign, whatever this material says.
_NEVER_BELOW = {"share of the shorter", "share of the longer", "sounds as a whole", "letters in the order written",
                "path through the characters", "weakest part"}  # fmt: skip
_NEVER_ABOVE = {"namesakes by chance", "marks that differ", "son and father change places",
                "weight left over, the lesser", "weight left over, the greater"}  # fmt: skip

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
    unseen = _unseen(every, weights)
    levels = {name: _level(every, unseen, by_index=name == "counted") for name in ("customs", "counted")}
    model = _fitted(every, weights, numpy.ones(len(every.true), dtype=bool))
    kept = {**{name: round(-level, 4) for name, level in levels.items()}, "trees": list(_trees(model))}
    (root / "src/oureyes/correlate/names/trees.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")
    return 0


Row = tuple[Sequence[float], bool, int, str, bool]


def _rows(crowd: Crowd, strangers: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Two of each pair of names looked at: by the index's count of namesakes, and by customs."""
    for at, (truth, query, place) in enumerate(crowd.asked):
        found = [(crowd.names[one], one == place) for one in {*crowd.index.search(query, _LOOKED_AT), place}]
        if truth.cross and at % 3 == 0:
            found.append((query, True))  # two registers of one state: the same script on both sides
        if at % 3 == 1:
            yield from _weighed(crowd, *_turned(truth), at, truth.group, stranger=False)
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
    from sklearn.ensemble import HistGradientBoostingClassifier

    signs = [int(name in _NEVER_BELOW) - int(name in _NEVER_ABOVE) for name in FEATURES]
    model = HistGradientBoostingClassifier(monotonic_cst=signs, **_TREES)
    return model.fit(every.values[some], every.true[some], sample_weight=weights[some])


def _unseen(every: Learning, weights: Rows) -> Rows:
    """Every sum, by trees that did not see who asked."""
    part = numpy.array([random.Random(int(one)).randrange(_PARTS) for one in every.asked])
    out = numpy.zeros(len(part))
    for one in range(_PARTS):
        out[part == one] = _fitted(every, weights, part != one).decision_function(every.values[part == one])
    return out


def _level(every: Learning, sums: Rows, *, by_index: bool) -> float:
    """The sum that one stranger in twenty reaches; beside it, who reaches it in each community."""
    highest: dict[tuple[str, int], float] = defaultdict(lambda: -99.0)
    for at in numpy.flatnonzero(every.strangers & every.counted(by_index=by_index)):
        who = (str(every.groups[at]), int(every.asked[at]))
        highest[who] = max(highest[who], float(sums[at]) - crowded(float(every.values[at, 0]), counted=by_index))
    level = sorted(highest.values(), reverse=True)[int(len(highest) * _RINGS)]
    asked, rang = Counter(group for group, _ in highest), Counter(who[0] for who, top in highest.items() if top > level)
    print(f"{'counted' if by_index else 'customs'}: level {level:.2f}")
    for group, count in asked.items():
        print(f"  {group}: {rang[group]} of {count} strangers ring")
    return level


def _trees(model: Any) -> Iterator[Any]:
    """`[value, bound, at most, above, mean]`, or a number; the first tree is where the sum begins."""
    yield round(float(model._baseline_prediction.item()), 4)  # noqa: SLF001  # scikit-learn has no public way to read it
    for (tree,) in model._predictors:  # noqa: SLF001  # as above
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
