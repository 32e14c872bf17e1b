"""A rebuildable index of names for screening: one name against a million, best hundred candidates first.

Features are sounds (token skeletons, trigrams of folds, bigrams of the joined skeleton). A query asks for the rarest
of each reading; common ones cost time and find nothing. tantivy keeps the postings where it is installed; without
it numpy does, at two to three times the cost. It is a cache: lost, it is built again from the names held.
"""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, combinations
from typing import Any

from oureyes.correlate.names.initials import abbreviated, initial_sounds
from oureyes.model.romanisation import fold, readings, skeleton

__all__ = ["NameIndex", "sound_features"]

_RAREST = 14
_PARTS = 5  # of a name, that are looked at together
_KNOWN = 20_000  # pairs of parts whose count is remembered
_MANY = 10_000  # names at once, after which memory is given back
_HEAP = 15_000_000  # bytes tantivy fills before it writes a segment: the least it takes


def sound_features(tokens: Sequence[str]) -> set[str]:
    """What one reading is found by."""
    out: set[str] = set()
    for token in tokens:
        if len(token) > 1:
            folded = f"^{fold(token)}$"
            out.add(f"s{skeleton(token)}")
            out.add(f"f{folded}")
            out.update(f"t{folded[at : at + 3]}" for at in range(len(folded) - 2))
    joined = "".join(skeleton(token) for token in tokens)
    out.update(f"j{joined[at : at + 3]}" for at in range(len(joined) - 2))
    return out


class NameIndex:
    """Names by number: `add` as they come, `search` for what sounds alike."""

    def __init__(self, engine: str = "") -> None:
        self._count = 0
        self._pairs: dict[tuple[str, str], int] = {}
        self._store: _Tantivy | _Postings = _Postings() if engine == "numpy" else _tantivy(engine)

    def __len__(self) -> int:
        return self._count

    def add(self, names: Iterable[tuple[int, str]]) -> None:
        """Number and name; one number may come with many names, as an object has aliases. One after the other: the
        sounds of fifty thousand names at once would take ten times what is kept of them."""
        before, every = self._count, self._sounds(names)
        first = next(every, None)
        if first is None:
            return
        self._pairs.clear()
        self._store.add(chain((first,), every))
        if self._count - before >= _MANY:
            _give_back()

    def _sounds(self, names: Iterable[tuple[int, str]]) -> Iterator[tuple[int, set[str]]]:
        for number, name in names:
            found = _short(name)
            for tokens in readings(name):
                found |= sound_features(tokens)
            self._count += 1
            yield number, found

    def namesakes(self, tokens: Iterable[str]) -> float:
        """How many others of those held would bear all these tokens by chance, as a power of ten.

        Parts of a name are not independent: who is a Nguyen is a Van more often than others are. So parts are joined
        by how often they stand together here, strongest bonds first (the tree of Chow and Liu, 1968). One bearer is
        left out: the one who is asked about.
        """
        parts = list(dict.fromkeys(f"f^{fold(token)}$" for token in tokens if len(token) > 1))[:_PARTS]
        size = math.log10(max(self._count, 1))
        held = [max(self._store.frequency(part) - 1, 0.5) for part in parts]
        expected = size + sum(math.log10(one) - size for one in held)
        joined = list(range(len(parts)))
        for bond, one, other in sorted(self._bonds(parts, held), reverse=True):
            if joined[one] != joined[other]:
                joined = [joined[one] if root == joined[other] else root for root in joined]
                expected += bond
        return expected

    def _bonds(self, parts: Sequence[str], held: Sequence[float]) -> Iterator[tuple[float, int, int]]:
        """How much oftener than by chance two parts stand in one name."""
        for one, other in combinations(range(len(parts)), 2):
            chance = held[one] * held[other] / max(self._count, 1)
            together = self._together(parts[one], parts[other]) - 1
            if together > chance:
                yield math.log10(together / chance), one, other

    def _together(self, one: str, other: str) -> int:
        found = self._pairs.get((one, other))
        if found is None:
            if len(self._pairs) > _KNOWN:
                self._pairs.clear()
            found = self._pairs[one, other] = self._store.together(one, other)
        return found

    def search(self, name: str, limit: int = 100) -> list[int]:
        """The numbers of what sounds most alike, best first, each once."""
        if not self._count:
            return []
        read = [
            sound_features(tokens) | (_short(name) if abbreviated(name, tokens) else set()) for tokens in readings(name)
        ]
        often = {one: self._store.frequency(one) for one in set().union(*read)}
        wanted: dict[str, float] = {}
        for features in read:
            ranked = sorted((one for one in features if often[one]), key=lambda one: (often[one], one))
            for one in ranked[:_RAREST]:
                wanted[one] = math.log(1 + self._count / often[one])
        return list(dict.fromkeys(self._store.search(wanted, limit)))[:limit] if wanted else []


def _short(name: str) -> set[str]:
    """What it is found by when others write initials."""
    return {f"i{sounds}" for sounds in initial_sounds(name)}


def _give_back() -> None:
    """What building freed goes back to the system: a process that holds names runs for months. Only where the C
    library has the call (glibc, malloc_trim(3)); elsewhere it is kept for the next need."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class _Postings:
    """Numbers by feature, weighed with numpy."""

    def __init__(self) -> None:
        self._lists: dict[str, array[int]] = {}
        self._rows: array[int] = array("q")
        self._sizes: array[int] = array("H")

    def add(self, batch: Iterable[tuple[int, set[str]]]) -> None:
        for number, found in batch:
            row = len(self._rows)
            self._rows.append(number)
            self._sizes.append(min(len(found), 65535))
            for one in found:
                self._lists.setdefault(one, array("I")).append(row)

    def frequency(self, one: str) -> int:
        """How many names have it."""
        return len(self._lists.get(one, ()))

    def together(self, one: str, other: str) -> int:
        """How many names have both."""
        return len(set(self._lists.get(one, ())).intersection(self._lists.get(other, ())))

    def search(self, wanted: dict[str, float], limit: int) -> list[int]:
        import numpy

        scores = numpy.zeros(len(self._rows), dtype=numpy.float32)
        for one, rarity in wanted.items():
            if one in self._lists:
                scores[numpy.frombuffer(self._lists[one], dtype=numpy.uint32)] += rarity
        scores /= numpy.sqrt(8.0 + numpy.frombuffer(self._sizes, dtype=numpy.uint16))
        some = min(limit * 2, len(scores) - 1)
        top = numpy.argpartition(-scores, some)[: some + 1]
        return [self._rows[int(row)] for row in top[numpy.argsort(-scores[top], kind="stable")] if scores[row] > 0]


class _Tantivy:
    """The same postings in tantivy, in memory."""

    def __init__(self, module: Any) -> None:
        self._tantivy = module
        builder = module.SchemaBuilder()
        builder.add_integer_field("number", stored=True)
        builder.add_text_field("sounds", stored=False, tokenizer_name="whitespace", index_option="basic")
        self._schema = builder.build()
        self._index = module.Index(self._schema)
        self._fresh = True

    def add(self, batch: Iterable[tuple[int, set[str]]]) -> None:
        writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        for number, found in batch:
            document = self._tantivy.Document()
            document.add_integer("number", number)
            document.add_text("sounds", " ".join(sorted(found)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._fresh = False

    def frequency(self, one: str) -> int:
        """How many names have it."""
        return int(self._searcher().doc_freq("sounds", one))

    def together(self, one: str, other: str) -> int:
        """How many names have both."""
        query = self._query((one, other), self._tantivy.Occur.Must)
        return int(self._searcher().search(query, 1, count=True).count)

    def search(self, wanted: dict[str, float], limit: int) -> list[int]:
        searcher = self._searcher()
        found = searcher.search(self._query(wanted, self._tantivy.Occur.Should), limit * 2, count=False)
        return [int(searcher.doc(address)["number"][0]) for _, address in found.hits]

    def _searcher(self) -> Any:
        if not self._fresh:
            self._index.reload()
            self._fresh = True
        return self._index.searcher()

    def _query(self, features: Iterable[str], occur: Any) -> Any:
        term = partial(self._tantivy.Query.term_query, self._schema, "sounds", index_option="basic")
        return self._tantivy.Query.boolean_query([(occur, term(one)) for one in features])


def _tantivy(engine: str) -> _Tantivy | _Postings:
    try:
        import tantivy
    except ImportError:
        if engine == "tantivy":
            raise
        return _Postings()
    return _Tantivy(tantivy)
