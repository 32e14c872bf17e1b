"""How many names a private question finds: by sound and year of birth, as it is asked, of people who were in no other
set ("held out") and of the labelled pairs; and how many strangers hit anybody at all.

Both spellings of a true pair are given the same year. A holder's people are a crowd of which each has a year drawn from
sixty; a stranger is asked with a year drawn likewise, and whatever it hits is false. The chance hits of a question grow
as the crowd does, so those among 100,000 follow from the smaller crowd that is asked here.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figures import Figure
from bench.names.material import Stranger, Truth, material
from oureyes.correlate import blind

__all__ = ["figures"]

_CROWD, _SCALED, _EACH, _STRANGERS = 20_000, 100_000, 25, 15
_YEARS = range(1946, 2006)
_SGMY = "Chinese, SG/MY"


def figures(data: Path) -> Iterator[Figure]:
    """Per cent of true pairs that share a key, and of strangers who hit."""
    found = material(data, _CROWD)
    truths: list[Truth] = found.first("held_out", _EACH)
    met = [(one, _meets(one.left, one.right)) for one in truths]
    groups = list(dict.fromkeys(one.group for one in truths))
    cross = {one.group for one in truths if one.cross}
    for name, some in (
        ("macro", groups),
        ("cross-script", [group for group in groups if group in cross]),
        ("Latin", [group for group in groups if group not in cross]),
        ("SG/MY Chinese", [_SGMY]),
    ):
        shares = [_share([hit for one, hit in met if one.group == group]) for group in some]
        yield Figure(f"private names, held out: true pairs found, {name}", sum(shares) / max(1, len(shares)), "%")
    yield from _strangers(found.crowd, found.first("held_strangers", _STRANGERS))
    yield from _labelled(data / "names/name_pairs.csv")


def _meets(one: str, other: str) -> bool:
    year = 1980
    return bool(_asked(one, year) & _kept(other, year))


def _asked(name: str, year: int) -> set[str]:
    """The keys a question spends on a name: three years, and as many of each as it has sounds."""
    return {selector.text for selector in blind.selectors(blind.NAMES, f"{name}, {year}")}


def _kept(name: str, year: int) -> set[str]:
    return set(blind.born_keys({"type": "identity", "identity_class": "individual", "name": name,
                                "x_date_of_birth": f"{year}-06-01"}))  # fmt: skip


def _share(some: Sequence[bool]) -> float:
    return 100 * sum(some) / max(1, len(some))


def _strangers(crowd: Sequence[str], strangers: Sequence[Stranger]) -> Iterator[Figure]:
    drawn = random.Random(3)
    held: dict[str, int] = {}
    for name in crowd:
        for key in _kept(name, drawn.choice(_YEARS)):
            held[key] = held.get(key, 0) + 1
    asked = [_asked(name, drawn.choice(_YEARS)) for _, name in strangers]
    hits = [sum(held.get(key, 0) for key in keys) for keys in asked]
    said = f"private names: of {len(strangers)} strangers, among {len(crowd):,}"
    yield Figure(f"{said}: hit anybody", _share([bool(count) for count in hits]), "%")
    spread = sum(hits) / len(hits) * _SCALED / len(crowd)
    yield Figure(f"private names: chance hits a question, scaled to {_SCALED:,}", spread, "")
    yield Figure("private names: keys a question costs", sum(map(len, asked)) / len(asked), "keys")


def _labelled(file: Path) -> Iterator[Figure]:
    if not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        rows = [(row["kind"], row["same"] == "1", _meets(row["a"], row["b"])) for row in csv.DictReader(lines)]
    for kind, same in dict.fromkeys((kind, same) for kind, same, _ in rows):
        some = [hit for name, alike, hit in rows if (name, alike) == (kind, same)]
        aim = f"{'the same' if same else 'others'}; {len(some)} pairs"
        yield Figure(f"private names, labelled pairs: {kind}", _share(some), "%", aim=aim)
