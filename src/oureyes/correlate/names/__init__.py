"""Two names that may be one person's or one organisation's, in whatever script and spelling.

Names are read as they sound: Thai, Lao, Khmer, Burmese, Arabic and Jawi, Tamil, Chinese in five dialects and in
Wade-Giles, and Latin in the spellings of eleven states. Titles, degrees, "bin" and "a/l", marks, order and legal forms
(จำกัด, 有限公司, Sdn Bhd) make no difference; an organisation's numbers do, and
in one script its letters. Initials are found for a full name, and need a second sign.
The score says how far the names agree and how telling they are; then dates of birth, sex, country, place and
document numbers raise or lower it, and the reason says each. A name that many bear rings nobody by itself, whatever
the custom it comes from: it is kept, and rings when a second sign (birth year, place, document) is there. An alias
counts, and is named as one. A match is a question put to you: nothing is merged, and your judgement can be undone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from oureyes.correlate.names.circumstances import circumstances
from oureyes.correlate.names.initials import by_initials, initials_of
from oureyes.correlate.names.keys import keys_of
from oureyes.correlate.names.likeness import Likeness, likeness
from oureyes.correlate.names.organisations import NEARLY, Agreement, agreed, may_be_one, numbered
from oureyes.correlate.names.subject import TYPES, Name, Subject, subject_of
from oureyes.correlate.names.words import reason
from oureyes.model.findings import Key, Match
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.ports import Example
from oureyes.model.romanisation.latin import plain

__all__ = ["EXAMPLES", "MOST", "NAME", "PARTIAL", "TYPES", "Weighed", "compare", "keys", "screen"]

NAME = "names"
PARTIAL = True  # a key is the sound of a name: many names share it, and every one of them may be meant
# But of a name of syllables, two of which a thousand share, those that share the most keys: each costs a millisecond,
# and who shares one in a thousand has too common a name to ring.
MOST = 64

_ALIAS_ON_ONE, _ALIAS_ON_BOTH = -0.2, -0.6
_TWO_MORE = -2.5  # Aung San is not Aung San Suu Kyi
_ORGANISATION = 2.0
_UNSIGNED = -1.0  # quiet, until there is a second sign
_SHOWN = -0.5  # from here on it is kept and shown; from 0 on it rings
_MANY = "many bear such a name: a second sign is needed"
_INITIALS = "one part and first letters: a second sign is needed"


@dataclass(frozen=True, slots=True)
class Weighed:
    """How far two subjects may be one, why, and, where a second sign is needed, the words for that; `parts` are what
    each value of the two persons' names moved the sum by (`likeness.FEATURES`)."""

    score: float
    reason: str
    quiet: str
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Met:
    left: Name
    right: Name
    logit: float
    found: Likeness | Agreement
    initials: bool = False

    def alone(self, signs: float) -> float:
        """What is left of the sum beside the many who bear such a name."""
        if isinstance(self.found, Agreement):
            return self.logit + _UNSIGNED * bool(self.found.quiet)
        if self.initials:
            return self.logit + by_initials(self.found, signs)
        return self.logit - (self.found.logit - self.found.alone(signs))

    @property
    def doubt(self) -> str:
        if isinstance(self.found, Agreement):
            return self.found.quiet
        return _INITIALS if self.initials else _MANY


def keys(obj: StixObject) -> Iterable[Key]:
    subject = subject_of(obj.content)
    if subject is None:
        return ()
    return tuple(Key(NAME, value, "name") for value in dict.fromkeys(_values(subject)))


def compare(left: StixObject, right: StixObject) -> Match | None:
    """The two names that agree best, weighed with what else both objects say."""
    mine, theirs = subject_of(left.content), subject_of(right.content)
    if mine is None or theirs is None or left.id == right.id or _known(left, right, mine, theirs):
        return None
    weighed = _weighed(mine, theirs, keyed=True)
    if weighed is None:
        return None
    key = f"{NAME}:{'|'.join(sorted((left.id, right.id)))}"  # every pair of objects is a match of its own
    return Match(left.id, right.id, NAME, weighed.score, weighed.reason, key, "name", weighed.quiet)


def screen(asked: Subject, held: Subject) -> Weighed | None:
    """As `compare`, for who is asked about and is no object: an index finds names that share no key."""
    return _weighed(asked, held, keyed=False, parts=True)


def _weighed(mine: Subject, theirs: Subject, *, keyed: bool, parts: bool = False) -> Weighed | None:
    """The two names that agree best, and what they come to."""
    if mine.kind and theirs.kind and mine.kind != theirs.kind:
        return None
    about = circumstances(mine, theirs)
    shift, signs = sum(one.shift for one in about), sum(one.tells for one in about)
    met = [one for one in _meetings(mine, theirs, keyed=keyed) if one.logit + shift >= _SHOWN]
    if not met:
        return None
    best = max(met, key=lambda one: (one.alone(signs), *_order(one)))
    quiet = "" if best.alone(signs) + shift >= 0 else NEARLY if best.logit + shift < 0 else best.doubt
    said = reason(best.left, best.right, best.found, about, quiet)
    summed = parts and not best.initials
    moved = tuple(best.found.parts.items()) if summed and isinstance(best.found, Likeness) else ()
    return Weighed(_score(best.alone(signs) + shift), said, quiet, moved)


def _values(subject: Subject) -> Iterator[str]:
    for name in subject.names:
        yield from keys_of(name.text, subject.kind)


def _known(left: StixObject, right: StixObject, mine: Subject, theirs: Subject) -> bool:
    """A list that says "another name of" has said it: nothing is found by repeating it."""
    return (
        right.id == mine.same_as or left.id == theirs.same_as or bool(mine.same_as and mine.same_as == theirs.same_as)
    )


def _meetings(mine: Subject, theirs: Subject, *, keyed: bool) -> Iterator[_Met]:
    """Every pair of names. Between objects those that share a key: what shares none is never found, so it is not
    accepted either."""
    kind = mine.kind or theirs.kind
    for one in mine.names:
        held = set(keys_of(one.text, mine.kind)) if keyed else set()
        for other in theirs.names:
            if not keyed or not held.isdisjoint(keys_of(other.text, theirs.kind)):
                yield from _met(one, other, kind)


def _met(one: Name, other: Name, kind: str) -> Iterator[_Met]:
    """As an organisation's, as a person's, or as either."""
    alias = _ALIAS_ON_BOTH if one.alias and other.alias else _ALIAS_ON_ONE if one.alias or other.alias else 0.0
    same = _one_organisation(one.text, other.text, kind)
    if same is not None:
        yield _Met(one, other, alias + (0.0 if same.quiet else _ORGANISATION), same)
    if kind == "person" or (not kind and _may_be_persons(one.text, other.text, same)):
        found = likeness(one.text, other.text)
        short = initials_of(found) > 0
        yield _Met(one, other, alias if short else found.logit + alias + _more(found), found, short)


def _one_organisation(one: str, other: str, kind: str) -> Agreement | None:
    """Where nobody says whose names they are, only of names that may be one's."""
    if kind == "person" or not (kind or one == other or (may_be_one(one) and may_be_one(other))):
        return None
    return agreed(one, other)


def _may_be_persons(one: str, other: str, same: Agreement | None) -> bool:
    """Where nobody says whose names they are; a number is part of what no person is called."""
    return (same is None or bool(same.quiet)) and numbered(one) == numbered(other)


def _more(found: Likeness) -> float:
    """One name holds the whole of the other and two parts more: a child, a namesake, hardly ever the same."""
    answered = (
        sum(len(pair.left) for pair in found.alignment.pairs),
        sum(len(pair.right) for pair in found.alignment.pairs),
    )
    over = len(found.left) - answered[0], len(found.right) - answered[1]
    shorter = min(len(found.left), len(found.right))
    return _TWO_MORE if min(over) == 0 and max(over) > 1 and shorter <= 2 and not found.path.score else 0.0


def _order(met: _Met) -> tuple[bool, float, str, str]:
    """Of equal sums the one that reads alike is shown."""
    first, second = sorted((met.left.text, met.right.text))
    return (plain(first) == plain(second), met.logit, first, second)


def _score(logit: float) -> float:
    return round(1 / (1 + math.exp(-logit)), 4)


def _person(name: str, **said: object) -> dict[str, object]:
    return {
        "type": "identity",
        "id": f"identity--00000000-0000-4000-8000-{sum(name.encode()) * 7919 % 10**12:012d}",
        "identity_class": "individual",
        "name": name,
        **({"extensions": {EXTENSIONS["provenance"]: {"list": said}}} if said else {}),
    }


def _company(name: str) -> Mapping[str, object]:
    return {**_person(name), "identity_class": "organization", "roles": ["front company"]}


EXAMPLES: Sequence[Example] = (
    Example(_person("สมชาย ทองดี"), _person("Somchai Tongdee"), True),
    Example(_person("สมชาย ทองดี"), _person("Natthaphon Thongdi"), False),
    Example(_person("ສົມພອນ ພົມມະຈັນ"), _person("Somphone Phommachanh"), True),
    Example(_person("សុខ ពិសិដ្ឋ"), _person("Piseth Sok"), True),
    Example(_person("ဇော်အောင်လှိုင်"), _person("U Zaw Aung Hlaing"), True),
    Example(_person("ေဇာ္ေအာင္လႈိင္"), _person("Zaw Aung Hlaing"), True),
    Example(_person("陈伟明"), _person("Tan Wee Meng"), True),
    Example(_person("陈伟明"), _person("Chan Wai Ming"), True),
    Example(_person("陈伟明"), _person("Ng Bee Leng"), False),
    Example(_person("محمد ازهر بن سليمان"), _person("Mohd. Azhar bin Sulaiman"), True),
    Example(_person("முருகன் கணேசன்"), _person("Murugan a/l Ganesan"), True),
    Example(_person("Nguyễn Văn Hùng"), _person("NGUYEN VAN HUNG"), True),
    Example(_person("Nguyễn Văn An"), _person("Nguyễn Văn Anh"), False),
    Example(_person("Aung San"), _person("Aung San Suu Kyi"), False),
    Example(_person("Djoko Pranoto"), _person("Joko Pranoto"), True),
    Example(_person("José Ma. de la Peña"), _person("DELA PENA, Jose Maria"), True),
    Example(_person("Somchai Thongdi", dob=["1979"]), _person("สมชาย ทองดี", dob=["1979-04-02"]), True),
    Example(_person("Somchai Thongdi", dob=["1950"]), _person("Somchai Tongdi", dob=["1985"]), False),
    Example(_company("PT Maju Jaya Tbk"), _company("Maju Jaya"), True),
    Example(_company("บริษัท ทองดี จำกัด"), _company("Thongdi Co., Ltd."), True),
    Example(_company("金龙贸易有限公司"), _company("Jinlong Maoyi Co Ltd"), True),
    Example(_company("Maju Jaya Sdn Bhd"), _company("Maju Mundur Sdn Bhd"), False),
)
