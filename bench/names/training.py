"""Learn the weights of `correlate/names/weights.py`: `python -m bench.names.training`.

Positives are the pairs set apart for training, negatives the best candidates the index gives for them that are
somebody else. Newton's method on the logistic loss with a small ridge; communities weigh the same, whatever their
number of pairs, so that no group is learnt at another's cost.

`python -m bench.names.training levels` then asks strangers of the training side, as a screen and as a node: by how much
each sum would have to be moved so that of no community more than one in twelve rings (`always`, and `_COUNTED` of
`likeness`).
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy

from bench.names.asking import Answer, Crowd, by_keys, screen
from bench.names.material import material
from oureyes.correlate.names.likeness import FEATURES, likeness, screened

_NEGATIVES = 14
_ASKED, _RINGS = 50, 0.08
_RIDGE = 1e-4
# What must not turn its sign, whatever this material says: agreement never counts against, leaving over never for.
_NEVER_BELOW = ("all parts answered", "share of the shorter", "share of the longer", "sounds as a whole",
                "letters as a whole", "same spelling", "path through the characters")  # fmt: skip
_NEVER_ABOVE = (
    "namesakes by chance",
    "marks that differ",
    "left over beside common parts",
    "son and father change places",
    "doubt in the weakest part",
    "unread by the path",
)


def main() -> int:
    """Print the weights, and write them where they belong."""
    root = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("OUREYES_DATA", root.parent / "shared" / "data"))
    found = material(data)
    rows, labels, groups = _rows(Crowd(found.crowd, found.train))
    weights = _learnt(rows, labels, groups)
    weights[0] = round(weights[0] - _level(rows, labels, weights), 3)
    for name, weight in zip(FEATURES, weights, strict=True):
        print(f"{weight:+7.2f}  {name}")
    _write(root / "src/oureyes/correlate/names/weights.py", weights)
    return 0


def levels() -> int:
    """Print, for a screen and for a node, what the sums of strangers must be moved by; and each community's share."""
    root = Path(__file__).resolve().parents[2]
    found = material(Path(os.environ.get("OUREYES_DATA", root.parent / "shared" / "data")))
    crowd, strangers = Crowd(found.crowd, ()), found.first("train_strangers", _ASKED)
    for name, answers in (
        ("screen", list(screen(crowd, strangers, ()))),
        ("node", list(by_keys(crowd, strangers))),
    ):
        sums = {group: sorted(one.alone for one in answers if one.group == group) for group in _groups(answers)}
        print(f"{name}: move by {-max(some[-1 - int(len(some) * _RINGS)] for some in sums.values()):+.2f}")
        for group, some in sums.items():
            print(f"  {group}: {sum(one >= 0 for one in some)} of {len(some)} ring")
    return 0


def _groups(answers: Iterable[Answer]) -> list[str]:
    return list(dict.fromkeys(one.group for one in answers))


def _rows(crowd: Crowd) -> tuple[numpy.ndarray, numpy.ndarray, list[str]]:
    names, index = crowd.names, crowd.index
    rows, labels, groups = [], [], []
    for at, (truth, query, place) in enumerate(crowd.asked):
        rows.append(screened(query, names[place], index.namesakes).values)
        labels.append(1.0)
        groups.append(truth.group)
        if truth.cross and at % 6 == 0:  # two registers of one state: the same script on both sides
            rows.append(screened(truth.left, truth.left, index.namesakes).values)
            labels.append(1.0)
            groups.append(truth.group)
        others = [one for one in index.search(query, 60) if one != place]
        scored = sorted(((likeness(query, names[one]).logit, one) for one in others), reverse=True)[:_NEGATIVES]
        for _, one in scored:
            rows.append(screened(query, names[one], index.namesakes).values)
            labels.append(0.0)
            groups.append(truth.group)
    return numpy.array(rows), numpy.array(labels), groups


def _level(rows: numpy.ndarray, labels: numpy.ndarray, weights: list[float]) -> float:
    """The sum that one in two hundred and fifty of the hardest negatives reaches: what an alarm begins at, made 0."""
    return float(numpy.quantile(rows[labels == 0] @ numpy.array(weights), 0.996))


def _learnt(rows: numpy.ndarray, labels: numpy.ndarray, groups: list[str]) -> list[float]:
    count = Counter(groups)
    share = numpy.array([1 / count[group] for group in groups]) / len(count)
    share = share * numpy.where(labels > 0, 4.0, 1.0)
    weights = numpy.zeros(rows.shape[1])
    free = numpy.ones(rows.shape[1], dtype=bool)
    for _ in range(len(FEATURES)):
        weights = _newton(rows, labels, share, free)
        wrong = [
            at
            for at, name in enumerate(FEATURES)
            if (name in _NEVER_BELOW and weights[at] < 0) or (name in _NEVER_ABOVE and weights[at] > 0)
        ]
        if not wrong:
            break
        free[wrong] = False
    return [round(float(weight), 3) for weight in weights]


def _newton(rows: numpy.ndarray, labels: numpy.ndarray, share: numpy.ndarray, free: numpy.ndarray) -> numpy.ndarray:
    used = rows[:, free]
    weights = numpy.zeros(used.shape[1])
    ridge = numpy.eye(used.shape[1]) * _RIDGE
    ridge[0, 0] = 0
    for _ in range(40):
        chance = 1 / (1 + numpy.exp(-numpy.clip(used @ weights, -30, 30)))
        slope = used.T @ (share * (chance - labels)) + ridge @ weights
        bend = (used * (share * chance * (1 - chance))[:, None]).T @ used + ridge + 1e-9 * numpy.eye(len(weights))
        step = numpy.linalg.solve(bend, slope)
        weights -= step
        if abs(step).max() < 1e-6:
            break
    out = numpy.zeros(rows.shape[1])
    out[free] = weights
    return out


def _write(file: Path, weights: list[float]) -> None:
    lines = [f"    {weight},  # {name}" for name, weight in zip(FEATURES, weights, strict=True)]
    head = '"""The weights of `likeness`, in the order of its FEATURES; written by `python -m bench.names.training`."""'
    body = "\n".join(["WEIGHTS: tuple[float, ...] = (", *lines, ")"])
    file.write_text(
        f'{head}\n\nfrom __future__ import annotations\n\n__all__ = ["WEIGHTS"]\n\n{body}\n', encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(levels() if sys.argv[1:] == ["levels"] else main())
