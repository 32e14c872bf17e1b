"""The names the bench asks with: true pairs by community, held-out strangers, and a hundred thousand others.

Built anew each time from installed packages (SOURCES.md) and from our own parts; nothing of others is kept here.
Entities are split three ways by a digest of their parts: for training, for testing, and strangers who are asked for
and are not in the index, so that any alarm on them is false.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import random
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.names import components

__all__ = ["Material", "Stranger", "Truth", "material", "zawgyi"]

_A_GROUP = 260  # pairs of a community at most
_TRAIN = 110  # of them to learn from; the rest of the training side are its strangers
_SEEN = 50  # of the test side and of strangers, that were ever asked while the matcher was made
_HELD_OUT = 50
_ASKED_BEFORE = tuple(f"held out{more}" for more in ("", ", the second", ", the third", ", the fourth"))
_ASKED_NOW = "held out, the fifth"
_PINYIN = re.compile(
    "(?:(?:[zcs]h?|[bpmfdtnlgkhjqxryw]|)(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|ia|ie|"
    "in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u)){2}"
)

Stranger = tuple[str, str]  # community and name


@dataclass(frozen=True, slots=True)
class Truth:
    """Two spellings of one person."""

    group: str
    left: str
    right: str
    cross: bool


@dataclass(frozen=True, slots=True)
class Material:
    """`train` and `test` share no part of a name. Strangers are (group, name), in no index, so that any alarm on them
    is false: those of the training side set the threshold, `strangers` stand beside `test`, `held_strangers` beside
    `held_out`, which is made of names that were in no other set. `crowd` fills the index."""

    train: tuple[Truth, ...]
    train_strangers: tuple[Stranger, ...]
    test: tuple[Truth, ...]
    strangers: tuple[Stranger, ...]
    held_out: tuple[Truth, ...]
    held_strangers: tuple[Stranger, ...]
    crowd: tuple[str, ...]
    missing: tuple[str, ...]

    def first(self, which: str, each: int) -> list[Any]:
        """The first `each` of every community of one of the sets."""
        return _first(getattr(self, which), each)[0]


def material(data: Path, crowd: int = 100_000) -> Material:
    """Everything, the same on every machine with the same packages."""
    taken: set[str] = set()
    missing: list[str] = []
    sides: dict[int, list[Truth]] = {0: [], 1: [], 2: []}
    unseen: dict[str, list[Truth]] = {}
    for name in _GROUPS:
        found = _group(name, random.Random(name), data, taken, missing)
        for side, some in found.items():
            sides[side] += some[: _A_GROUP if side == 0 else _SEEN]
        unseen[name] = [*found[2][_SEEN:], *found[1][_SEEN:]]
    fresh: list[Truth] = []
    for name in _GROUPS:
        once = {truth for seed in _ASKED_BEFORE for truth in _drawn(name, seed, data, taken)}
        found = [*_drawn(name, _ASKED_NOW, data, taken), *unseen[name]]
        some = sorted(dict.fromkeys(found), key=once.__contains__)[
            : 2 * _HELD_OUT
        ]  # asked before: only for want of others
        taken |= {_key(side) for truth in some for side in (truth.left, truth.right)}
        fresh += some
    train, others = _first(sides[0], _TRAIN)
    return Material(
        tuple(train),
        _strangers(others),
        tuple(sides[1]),
        _strangers(sides[2]),
        tuple(fresh[::2]),
        _strangers(fresh[1::2]),
        tuple(_crowd(crowd, data, taken)),
        tuple(missing),
    )


def _group(name: str, rng: random.Random, data: Path, taken: set[str], missing: list[str]) -> dict[int, list[Truth]]:
    """The pairs of a community by side, none of whom was taken before."""
    found: dict[int, list[Truth]] = {0: [], 1: [], 2: []}
    try:
        for truth, side in _GROUPS[name](rng, data):
            both = {_key(truth[0]), _key(truth[1])}
            if len(found[side]) < _A_GROUP and truth[0].casefold() != truth[1].casefold() and not both & taken:
                taken |= both
                cross = not (truth[0] + truth[1]).isascii() and _crossed(*truth)
                found[side].append(Truth(name, truth[0], truth[1], cross))
    except (_Absent, FileNotFoundError) as error:
        missing.append(f"{name}: {str(error).splitlines()[0].rpartition('/')[2]}")
    return found


def _drawn(name: str, seed: str, data: Path, taken: set[str]) -> list[Truth]:
    """Pairs of a community that are in no other set: first those whose parts were strangers' alone."""
    found = _group(name, random.Random(f"{name}, {seed}"), data, set(taken), [])
    return [*found[2], *found[1]]


def _first(some: Sequence[Any], each: int) -> tuple[list[Any], list[Any]]:
    """The first `each` of every community, and the rest."""
    count: Counter[str] = Counter()
    first, rest = [], []
    for one in some:
        group = one.group if isinstance(one, Truth) else one[0]
        count[group] += 1
        (first if count[group] <= each else rest).append(one)
    return first, rest


def _strangers(truths: Sequence[Truth]) -> tuple[Stranger, ...]:
    """One spelling of each, now the one and now the other."""
    return tuple((truth.group, truth.left if at % 2 else truth.right) for at, truth in enumerate(truths))


class _Absent(Exception):
    """A package that is not installed."""


def _key(name: str) -> str:
    """Who bears it: the words without marks, in any order."""
    return " ".join(sorted(re.findall(r"\w+", _unmarked(name).casefold().replace(" bin ", " "))))


def _crossed(one: str, other: str) -> bool:
    return _script(one) != _script(other)


def _script(name: str) -> str:
    letter = next((char for char in name if char.isalpha() and unicodedata.name(char, "?").split()[0] != "LATIN"), "")
    return unicodedata.name(letter, "LATIN").split()[0] if letter else "LATIN"


def _side(*parts: str) -> int | None:
    """0 train, 1 test, 2 strangers, None when the parts fall apart: two names of one side never share a part with
    a name of another."""
    sides = {_side_of(part) for part in parts}
    return sides.pop() if len(sides) == 1 else None


def _side_of(part: str) -> int:
    return (0, 1, 1, 2, 0)[hashlib.sha256(part.encode()).digest()[0] % 5]


def _package(name: str, inside: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise _Absent(f"package {name} is not installed")
    return Path(next(iter(found.submodule_search_locations))) / inside


Built = Iterator[tuple[tuple[str, str], int]]
Part = tuple[str, tuple[str, ...]]


def _parts(text: str) -> list[Part]:
    out = []
    for item in text.split():
        native, _, spelled = item.partition(":")
        out.append((native.replace("_", ""), tuple(part.replace("_", " ") for part in spelled.split("/"))))
    return out


def _two(
    parts: Sequence[Part],
    rng: random.Random,
    glue: str = " ",
    latin: str = "{0} {1}",
    cross: bool = True,
    slot: tuple[int, int] = (0, 1),
) -> Built:
    """Two parts of one side, native against Latin or Latin against Latin."""
    for _ in range(12_000):
        (one, first), (two, second) = rng.choice(parts), rng.choice(parts)
        side = _side(one, two)
        if one == two or side is None or not _slot("".join(sorted(one + two)), slot):
            continue
        spelled = latin.format(rng.choice(first), rng.choice(second))
        if cross:
            yield (one + glue + two, spelled), side
        else:
            yield (latin.format(first[0], second[0]), latin.format(first[-1], second[-1])), side


def _unique(built: Built, slot: tuple[int, int] = (0, 1)) -> Built:
    """Each name once; where several communities are made of the same parts, each gets its own share of the names."""
    seen: set[str] = set()
    for pair, side in built:
        key = "".join(sorted(pair[0].replace(" بن ", " ")))
        if key not in seen and _slot(key, slot):
            seen.add(key)
            yield pair, side


def _slot(key: str, slot: tuple[int, int]) -> bool:
    return hashlib.sha256(key.encode()).digest()[1] % slot[1] == slot[0]


def _three(parts: Sequence[Part], rng: random.Random, encode: Callable[[str], str], place: int) -> Built:
    """Syllables of one side; `place` is which third of the names: as they are, as Zawgyi, or twice in Latin."""
    latin_only = place == 2
    for _ in range(24_000):
        chosen = rng.sample(list(parts), rng.choice((2, 3, 3, 3)))
        side = _side(*(native for native, _ in chosen))
        if side is None or not _slot("".join(sorted(native for native, _ in chosen)), (place, 3)):
            continue
        first = " ".join(spelled[0] for _, spelled in chosen)
        second = " ".join(rng.choice(spelled) for _, spelled in chosen)
        yield ((first, second) if latin_only else (encode("".join(native for native, _ in chosen)), second)), side


def zawgyi(text: str) -> str:
    """Unicode Burmese as Zawgyi types it: the reverse of what nodes do, for the bench alone."""
    table = {0x103A: 0x1039, 0x103B: 0x103A, 0x103C: 0x103B, 0x103D: 0x103C, 0x103E: 0x103D}
    text = text.replace("ဏ္ဏ", "ဏ\u1070").replace("န္ဒ", "န\u1075")
    out = re.sub("([\u1000-\u1021])([\u103b\u103d\u103e]*)(\u103c?)([\u103d\u103e]*)(\u1031?)", r"\5\3\1\2\4", text)
    return out.translate(table)


def _wikidata(letters: str) -> list[Part]:
    """Tokens of one script with their Latin spellings, from the name symbols of Wikidata that rigour 1 carries."""
    out = []
    with _package("rigour", "data/names/persons.txt").open(encoding="utf-8") as lines:
        for line in lines:
            names = [name.strip() for name in line.partition("=>")[0].split(",")]
            native = [name for name in names if re.fullmatch(f"[{letters}]{{2,}}", name)]
            latin = tuple(name for name in names if re.fullmatch("[a-z]{2,}", name))
            kana = any(re.search("[\u3040-\u30ff]", name) for name in names)
            if native and latin and len(latin) <= 6 and not kana:
                out.append((native[0], latin))
    return out


def _thai(rng: random.Random, data: Path) -> Built:
    return _unique(_two([part for part in _wikidata("\u0e00-\u0e7f") if len(part[0]) > 2], rng))


def _tamil(rng: random.Random, data: Path) -> Built:
    with _package("tamilnames", "data/names.csv").open(encoding="utf-8") as lines:
        parts = [(row["name_ta"], (row["name_en"],)) for row in csv.DictReader(lines)]
    for pair, side in _unique(_two(parts, rng)):
        first, second = pair[1].split(" ")[0], pair[1].split(" ")[-1]
        yield (pair[0], rng.choice((pair[1], pair[1], f"{first} a/l {second}", f"{second} {first}"))), side


def _arabic(rng: random.Random, data: Path) -> Built:
    """People of Wikidata in Arabic script, from Arab countries and the region."""
    base = sqlite3.connect(_package("arabic_name_romanizer", "resources/names.sqlite3"))
    countries = "'EG','SA','IQ','SY','YE','ID','MY','BN','LY','JO'"
    asked = "SELECT arabic_key, latin FROM full_names WHERE source = 'wikidata' AND latin_lang = 'en'"
    asked += f" AND country IN ({countries}) ORDER BY arabic_key"
    rows = [(str(a), str(b)) for a, b in base.execute(asked) if 2 <= len(str(b).split()) <= 4]
    base.close()
    rng.shuffle(rows)
    for native, latin in rows[:4000]:
        yield (native, latin), _side_of(native)


def _jawi(rng: random.Random, data: Path) -> Built:
    parts = _parts(components.JAWI)
    yield from _unique(_two(parts, rng, " بن ", "{0} bin {1}"))


def _malay(rng: random.Random, data: Path) -> Built:
    rows = [tuple(part.replace("_", " ") for part in item.split("/")) for item in components.MALAY.split()]
    heads = {spelled.split(" ")[0] for _, some in _parts(components.JAWI) for spelled in some}
    for _ in range(8000):
        chosen = rng.sample(rows, rng.choice((2, 3)))
        if all(any(part.split(" ")[0] in heads for part in row) for row in chosen):
            continue  # these are Jawi's
        side = _side(*(row[0] for row in chosen[1 if chosen[0][0] == "Muhammad" else 0 :]))
        if side is None:
            continue
        given, father = chosen[:-1], chosen[-1]
        first = " ".join(row[0] for row in given) + rng.choice((" bin ", " bin ", " ")) + father[0]
        second = " ".join(rng.choice(row) for row in given) + rng.choice((" bin ", " b. ", " ")) + rng.choice(father)
        yield (first, rng.choice(("", "", "Dato' ", "Hj. ", "Dr ")) + second), side


def _old_spelling(rng: random.Random, data: Path) -> Built:
    parts = [(item.split("/")[0], tuple(item.split("/"))) for item in components.OLD_SPELLING.split()]
    yield from _unique(_two(parts, rng, latin="{0} {1}", cross=False))


def _faker(locale: str) -> tuple[list[str], list[str]]:
    if importlib.util.find_spec("faker") is None:
        raise _Absent("package faker is not installed")
    module = importlib.import_module(f"faker.providers.person.{locale}")
    provider = module.Provider
    first = [*getattr(provider, "first_names_male", ()), *getattr(provider, "first_names_female", ())]
    first = first or list(provider.first_names)
    last = getattr(provider, "last_names", ()) or getattr(provider, "last_names_male", ())
    middle = getattr(provider, "middle_names", ())
    return sorted({*map(str, first), *map(str, middle)}), sorted(set(map(str, last)))


def _vietnamese(rng: random.Random, data: Path) -> Built:
    given, family = _faker("vi_VN")
    for _ in range(12_000):
        name = (rng.choice(family), *rng.sample(given, rng.choice((1, 2, 2, 3))))
        side = _side_of(" ".join(sorted(name)))
        bare = tuple(_unmarked(part) for part in name)
        yield (
            (
                " ".join(name),
                rng.choice((" ".join(bare), " ".join((*bare[1:], bare[0])), f"{bare[0].upper()} {' '.join(bare[1:])}")),
            ),
            side,
        )


def _unmarked(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _filipino(rng: random.Random, data: Path) -> Built:
    names = json.loads(_package("faker_ph", "data/ph_names.json").read_text("utf-8"))
    given = [
        str(name)
        for key in ("first_names_male", "first_names_female", "first_names")
        for name in _flat(names.get(key, names.get("first_names", {})))
    ]
    family = [str(name) for name in _flat(names["surnames"])]
    given = sorted(set(given)) or ["Jose", "Maria"]
    for _ in range(12_000):
        one, two, three = rng.choice(given), rng.choice(family), rng.choice(family)
        side = _side_of(f"{one} {three}")
        full = f"{one} {two} {three}"
        other = rng.choice(
            (f"{one} {two[0]}. {three}", f"{three.upper()}, {one} {two}", f"{one} {two} y {three}", f"{one} {three}")
        )
        if rng.random() < 0.4:
            full, other = f"Maria {full}", f"Ma. {other}" if "," not in other else f"{three.upper()}, Ma. {one} {two}"
        yield (full, other), side


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _flat(inner)
    elif isinstance(value, list):
        yield from (str(one) for one in value)


def _timorese(rng: random.Random, data: Path) -> Built:
    given, family = components.TIMORESE_GIVEN, components.TIMORESE_FAMILY
    for _ in range(8000):
        one, two = rng.sample(given.split(), 2)
        three, four = rng.sample(family.split(), 2)
        side = _side_of(f"{one} {three} {four}")
        full = f"{one} {two} {rng.choice(('da', 'de', 'dos', ''))} {three} {four}".replace("  ", " ")
        bare = _unmarked(full)
        yield (
            (
                full,
                rng.choice(
                    (
                        bare,
                        bare.replace(" da ", " ").replace(" dos ", " "),
                        f"{one[0]}. {two} {three} {four}",
                        f"{_unmarked(four)}, {_unmarked(one)} {_unmarked(two)} {_unmarked(three)}",
                        f"{_unmarked(one)} {_unmarked(three)} {_unmarked(four)}",
                    )
                ),
            ),
            side,
        )


def _chinese(place: int, joined: bool) -> Callable[[random.Random, Path], Built]:
    """Characters against a Latin spelling: 0 Mandarin, 1 Singapore and Malaysia, 2 Hong Kong, 3 Hakka."""

    def build(rng: random.Random, data: Path) -> Built:
        families, givens = _parts(components.CHINESE_FAMILY), _parts(components.CHINESE_GIVEN)
        seen: set[str] = set()
        for _ in range(20_000):
            family, (one, two) = rng.choice(families), rng.sample(givens, 2)
            native = family[0] + one[0] + two[0]
            side = _side(one[0], two[0])  # family names are few: given names are kept apart
            if native in seen or side is None or not _slot("".join(sorted(native)), (place, 4)):
                continue
            seen.add(native)
            parts = [spelled[place] for _, spelled in (family, one, two)]
            given = (parts[1] + parts[2].lower()) if joined else f"{parts[1]} {parts[2]}"
            latin = rng.choice((f"{parts[0]} {given}", f"{parts[0]} {given}", f"{given} {parts[0]}"))
            if place == 1 and rng.random() < 0.25:
                latin = f"{rng.choice(('David', 'Mary', 'Peter', 'Grace', 'Jason', 'Michelle'))} {parts[0]} {given}"
            yield (native, latin), side

    return build


def _chinese_names(rng: random.Random, data: Path) -> Built:
    """Given names of Wikidata in characters with their Latin spelling, behind a family name of ours."""
    families = [
        ("陈", "Chen"),
        ("林", "Lin"),
        ("李", "Li"),
        ("张", "Zhang"),
        ("周", "Zhou"),
        ("高", "Gao"),
        ("徐", "Xu"),
    ]
    for given, latin in _wikidata("\u4e00-\u9fff"):
        if len(given) == 2 and len(latin) == 1 and _PINYIN.fullmatch(latin[0]):
            family = rng.choice(families)
            yield (family[0] + given, f"{family[1]} {latin[0].title()}"), _side_of(given)


def _listed(rng: random.Random, data: Path) -> Built:
    """OFAC's own strong aliases of persons: most are spellings, some are other names altogether."""
    with (data / "names/ofac/sdn.csv").open(encoding="utf-8", errors="replace") as lines:
        main = {row[0]: row[1] for row in csv.reader(lines) if len(row) > 2 and row[2] == "individual"}
    with (data / "names/ofac/alt.csv").open(encoding="utf-8", errors="replace") as lines:
        pairs = [
            (main[row[0]], row[3]) for row in csv.reader(lines) if len(row) > 3 and row[0] in main and row[2] == "aka"
        ]
    rng.shuffle(pairs)
    for one, other in dict(pairs).items():
        if len(one.split()) > 1 and len(other.split()) > 1 and _shares(one, other):
            yield (one, other), _side_of(one)


def _shares(one: str, other: str) -> bool:
    """Aliases that are other names altogether are no test of spelling: some first letters must come again."""
    mine, theirs = ({part[:2] for part in re.findall("[a-z]{3,}", name.lower())} for name in (one, other))
    return len(mine & theirs) >= 2


_GROUPS: dict[str, Callable[[random.Random, Path], Built]] = {
    "Thai script": _thai,
    "Thai, two Latin spellings": lambda rng, data: _unique(
        _two(_parts(components.THAI), rng, cross=False, slot=(0, 2))
    ),
    "Thai script, common names": lambda rng, data: _unique(_two(_parts(components.THAI), rng, slot=(1, 2))),
    "Lao script": lambda rng, data: _unique(_two(_parts(components.LAO), rng)),
    "Khmer script": lambda rng, data: _unique(_two(_parts(components.KHMER), rng)),
    "Burmese script": lambda rng, data: _unique(_three(_parts(components.BURMESE), rng, str, 0)),
    "Burmese, Zawgyi": lambda rng, data: _unique(_three(_parts(components.BURMESE), rng, zawgyi, 1)),
    "Burmese, two Latin spellings": lambda rng, data: _unique(_three(_parts(components.BURMESE), rng, str, 2)),
    "Arabic script (Wikidata)": _arabic,
    "Jawi": _jawi,
    "Tamil script": _tamil,
    "Chinese, Mandarin": _chinese(0, True),
    "Chinese given names (Wikidata)": _chinese_names,
    "Chinese, SG/MY": _chinese(1, False),
    "Chinese, Hong Kong": _chinese(2, False),
    "Chinese, Hakka": _chinese(3, False),
    "Malay": _malay,
    "Indonesian old spelling": _old_spelling,
    "Vietnamese": _vietnamese,
    "Filipino": _filipino,
    "Timorese": _timorese,
    "OFAC aliases": _listed,
}


def _crowd(count: int, data: Path, named: set[str]) -> Iterator[str]:
    """Others: recombined parts of every community, in every script, none of whom is one of the pairs."""
    rng = random.Random("crowd")
    makers = list(_makers())
    seen = set(named)
    for _ in range(20 * count):  # without the packages there are not so many
        if len(seen) - len(named) >= count:
            return
        name = rng.choice(makers)(rng)
        if (key := _key(name)) not in seen:
            seen.add(key)
            yield name


_LOCALES = (
    ("id_ID", "{0} {1}"), ("vi_VN", "{1} {0} {2}"), ("ta_IN", "{0} {2}"), ("en_IN", "{0} {1}"), ("en_TH", "{0} {1}"),
    ("zh_TW", "{1}{0}"), ("zh_CN", "{1}{0}"), ("ar_AA", "{0} {1}"), ("pt_BR", "{0} {2} {1}"),
    ("es_MX", "{0} {2} {1} {3}"), ("en_US", "{0} {1}"), ("th_TH", "{0} {1}"), ("fr_FR", "{0} {1}"),
    ("tr_TR", "{0} {1}"),
)  # fmt: skip


def _makers() -> Iterator[Callable[[random.Random], str]]:
    for locale, form in _LOCALES if importlib.util.find_spec("faker") else ():
        yield from [_recombined(*_faker(locale), form)] * 3  # wide lists: they fill the index
    for text in (components.LAO, components.KHMER, components.THAI, components.JAWI):
        yield _apart(_parts(text), 2, lambda rng, some: " ".join(rng.choice(spelled) for _, spelled in some))
    for text in (components.LAO, components.KHMER):
        yield _apart(_parts(text), 2, lambda rng, some: " ".join(native for native, _ in some))
    burmese = _parts(components.BURMESE)
    yield _apart(burmese, 3, lambda rng, some: " ".join(rng.choice(spelled) for _, spelled in some))
    yield _apart(burmese, 3, lambda rng, some: "".join(native for native, _ in some))
    families, givens = _parts(components.CHINESE_FAMILY), _parts(components.CHINESE_GIVEN)
    yield _apart(givens, 2, lambda rng, some: _romanised(rng.choice(families), some, rng.choice((0, 1, 2, 3))))
    rows = [
        (row.split("/")[0].replace("_", " "), tuple(row.replace("_", " ").split("/")))
        for row in components.MALAY.split()
    ]
    jawi = {spelled for _, some in _parts(components.JAWI) for spelled in some}
    rows = [row for row in rows if row[0] != "Muhammad" and not jawi & set(row[1])]  # those are Jawi's, above
    yield _apart(rows, 2, lambda rng, some: " bin ".join(rng.choice(spelled) for _, spelled in some))


def _romanised(family: Part, given: list[Part], place: int) -> str:
    return " ".join((family[1][place], given[0][1][place], given[1][1][place]))


def _apart(
    parts: Sequence[Part], count: int, write: Callable[[random.Random, list[Part]], str]
) -> Callable[[random.Random], str]:
    """Parts that no pair has together (they fall to different sides): a stranger to all, however it is spelled."""

    def make(rng: random.Random) -> str:
        while True:
            some = rng.sample(list(parts), count)
            if _side(*(native for native, _ in some)) is None:
                return write(rng, some)

    return make


def _recombined(first: list[str], last: list[str], form: str) -> Callable[[random.Random], str]:
    return lambda rng: form.format(rng.choice(first), rng.choice(last), rng.choice(first), rng.choice(last))
