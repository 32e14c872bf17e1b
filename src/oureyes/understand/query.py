"""What a person types into the search box, read once into a question both engines answer alike.

    fund "poster campaign" kirim* -rumour type:indicator from:ID tlp:amber since:2026-01-01

Words are all wanted; quotes ask for a phrase, a star for a beginning, a minus for absence. Four filters and `until:`
name columns, not text. What reaches an engine is built from tokens of a–z and 0–9 alone, so nothing typed can be
syntax there.

A question is put to the index in up to three ways, best answers first: by whole words where the script has no spaces
and ICU cuts it, as written, and by ear, where another script spells what was asked in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import date
from functools import cached_property

from oureyes.errors import InvalidObject
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.markings import TLP
from oureyes.model.zawgyi import to_unicode
from oureyes.understand.fulltext import whole
from oureyes.understand.hearing import Heard, heard
from oureyes.understand.tokens import Piece, cut

__all__ = ["Query", "Term", "query"]

_LONGEST, _MOST_TERMS = 1_000, 40
_PART = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"|([^\s"]+))(\*?)')
_FILTERS = ("type", "from", "tlp", "since", "until")
_EMPTY_FILTERS = frozenset(f"{name}:" for name in _FILTERS)
_KIND = re.compile(r"[a-z0-9][a-z0-9-]{1,60}")
_STATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that stand next to each other; the last may be only a beginning; `excluded` must not occur."""

    tokens: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False
    text: str = _field(default="", compare=False)  # as typed; "" where it is only a beginning or must not occur

    def whole(self) -> tuple[str, ...]:
        """Its words as tokens, where ICU cuts it."""
        return whole(self.text)

    def heard(self) -> tuple[Heard, ...]:
        """What it may be heard as."""
        return heard(self.text) if self.text else ()


@dataclass(frozen=True)
class Query:
    """All `terms` hold, and each filter that is not empty. `tlp` is exact; `since` and `until` are instants."""

    terms: tuple[Term, ...] = ()
    kinds: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    tlp: frozenset[TLP] = frozenset()
    since: str = ""
    until: str = ""

    def fts5(self) -> str:
        """The right side of SQLite's `MATCH`; "" when only filters were asked for."""
        wanted = " AND ".join(_fts5(term) for term in self.terms if not term.excluded)
        unwanted = " OR ".join(_fts5(term) for term in self.terms if term.excluded)
        return f"({wanted}) NOT ({unwanted})" if unwanted else wanted

    def tsquery(self) -> str:
        """For `CAST(:q AS tsquery)` in PostgreSQL (no configuration, no second parse); "" when only filters."""
        return " & ".join(f"!({_tsquery(term)})" if term.excluded else f"({_tsquery(term)})" for term in self.terms)

    def words(self, *, sqlite: bool) -> str:
        """By whole words of unspaced scripts, in the engine's language; "" where there is nothing to it."""
        cut = {term: words for term in self.terms if not term.excluded and (words := term.whole())}
        if not cut:
            return ""
        terms = tuple(Term(cut[term], excluded=term.excluded) if term in cut else term for term in self.terms)
        asked = Query(terms)
        return asked.fts5() if sqlite else asked.tsquery()

    @cached_property
    def ear(self) -> tuple[tuple[Heard, ...], ...]:
        """Of each term, what it may be heard as; nothing when all that is asked for is too short to be told by ear."""
        found = tuple(term.heard() for term in self.terms if not term.excluded)
        longest = max((len(one) for each in found for way in each for some in way for one in some), default=0)
        return found if longest > _SHORT_SOUND else ()

    def by_ear(self, *, sqlite: bool) -> str:
        """Each term as written or as heard, in the engine's language; "" where nothing is to be heard."""
        wanted = [term for term in self.terms if not term.excluded]
        if not any(self.ear):
            return ""
        phrase, both, either, but = (_fts5, " AND ", " OR ", " NOT ") if sqlite else (_tsquery, " & ", " | ", " & !")
        ways = [
            either.join([phrase(term), *(_together(way, both, either) for way in heard_as)])
            for term, heard_as in zip(wanted, self.ear, strict=True)
        ]
        asked = both.join(f"({way})" for way in ways)
        unwanted = [phrase(term) for term in self.terms if term.excluded]
        return f"({asked}){but}({either.join(unwanted)})" if unwanted else asked


_SHORT_SOUND = 3  # its mark and two letters


def _together(way: Heard, both: str, either: str) -> str:
    return "(" + both.join(f"({either.join(spellings)})" for spellings in way) + ")"


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.tokens)}"' + ("*" if term.prefix else "")


def _tsquery(term: Term) -> str:
    return " <-> ".join(term.tokens) + (":*" if term.prefix else "")


def query(text: str) -> Query:
    """What was typed. InvalidObject when it asks for nothing that can be looked for."""
    if len(text) > _LONGEST:
        raise InvalidObject("search", f"at most {_LONGEST} characters", str(len(text)), "ask for less at once")
    if text.count('"') % 2:
        raise InvalidObject("search", "a closing quotation mark", "none", 'write "…" around the phrase')
    terms: list[Term] = []
    filters: dict[str, list[str]] = {}
    for minus, field, quoted, bare, star in _PART.findall(text):
        if field.lower() in _FILTERS:
            _filter(filters, field.lower(), quoted or bare, minus)
        elif bare.lower() in _EMPTY_FILTERS:
            raise InvalidObject("search", f"{bare} and what to look for", "nothing", f"write {bare}… without a space")
        else:
            terms += _terms(f"{field}:{quoted or bare}" if field else quoted or bare, minus, star)
    return _checked(terms, filters)


def _filter(filters: dict[str, list[str]], field: str, value: str, minus: str) -> None:
    if minus:
        raise InvalidObject("search", f"{field}: without a minus", "one with", "leave the minus out")
    filters.setdefault(field, []).append(value)


def _terms(text: str, minus: str, star: str) -> Iterable[Term]:
    """None for punctuation alone. A lone cluster of an unspaced script is a beginning, as every cluster begins one."""
    text = to_unicode(text)
    found = cut(text)
    if found and found[-1][1] is Piece.LAST:
        found = found[:-1]
    if not found:
        return ()
    star = star or ("*" if text.endswith("*") else "")
    prefix = bool(star) or found[-1][1] is Piece.ALONE
    return (Term(tuple(token for token, _ in found), prefix, bool(minus), "" if star or minus else text),)


def _checked(terms: list[Term], filters: dict[str, list[str]]) -> Query:
    if len(terms) > _MOST_TERMS:
        raise InvalidObject("search", f"at most {_MOST_TERMS} words", str(len(terms)), "ask for less at once")
    if not terms and not filters:
        raise InvalidObject("search", "a word, a value or a filter", "none", "type a name, a value or type:indicator")
    if terms and all(term.excluded for term in terms):
        raise InvalidObject("search", "at least one word to find", "only words to leave out", "add a word to find")
    return Query(
        tuple(dict.fromkeys(terms)),
        frozenset(_shaped(_KIND, "type", value.lower()) for value in filters.get("type", ())),
        frozenset(_shaped(_STATE, "from", value).upper() for value in filters.get("from", ())),
        frozenset(TLP.of(value) for value in filters.get("tlp", ())),
        max(
            (_instant("since", value, "T00:00:00Z") for value in filters.get("since", ())), key=nanoseconds, default=""
        ),
        min(
            (_instant("until", value, "T23:59:59.999999999Z") for value in filters.get("until", ())),
            key=nanoseconds,
            default="",
        ),
    )


def _shaped(shape: re.Pattern[str], field: str, value: str) -> str:
    if not shape.fullmatch(value):
        raise InvalidObject("search", f"{field}: and a name", "another form", f"write {field}:NAME without spaces")
    return value


def _instant(field: str, value: str, rest: str) -> str:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        value = ""
    moment = value + rest if len(value) == 10 else value
    if not is_instant(moment):
        raise InvalidObject("search", f"{field}: and a day", "another form", f"write {field}:2026-01-31")
    return moment
