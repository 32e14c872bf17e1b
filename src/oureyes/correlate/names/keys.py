"""What a name is looked up by in the store: few keys, rare enough to be worth looking up.

    k   skeletons of all parts, in no order        somchai sisuwan → k:ssn-smc
    p   two telling parts of a longer name         p:
    j   the consonants of the whole, unparted      for names written as one or apart
    o   an organisation's whole name, unparted     บริษัท ทองดี จำกัด → o:=tuNti
    i   a part in full, first letters of others    b. j. harahap → i:hlhp-b-j

Twelve a name at most. Keys carry the version of the tables: nodes with other tables do not compare apples and pears.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from oureyes.correlate.names.initials import abbreviated, initial_sounds
from oureyes.correlate.names.organisations import may_be_one, organisation_sounds
from oureyes.correlate.names.tokens import weight
from oureyes.model.romanisation import VERSION, fold, readings, skeleton

__all__ = ["keys_of", "name_keys", "word_keys"]

_MOST = 12
_WORDS = 2  # keys as of an organisation, of what may be a person
_TELLING = 0.4  # weight from which a part may stand in a pair


def keys_of(name: str, kind: str) -> tuple[str, ...]:
    """By what the bearer is; where the object does not say, as either."""
    if kind == "person":
        return name_keys(name)
    if kind:
        return word_keys(name)
    words = word_keys(name)[:_WORDS] if may_be_one(name) else ()
    return tuple(dict.fromkeys((*words, *name_keys(name))))[:_MOST]


@lru_cache(maxsize=1 << 12)
def word_keys(name: str) -> tuple[str, ...]:
    """The keys of an organisation's name, without the legal form."""
    return tuple(f"{VERSION}:{sounds}" for sounds in organisation_sounds(name)[:_MOST]) or name_keys(name)


@lru_cache(maxsize=1 << 14)
def name_keys(name: str) -> tuple[str, ...]:
    """The keys of one name, the rarest kind first."""
    every = [list(_of(tokens, abbreviated(name, tokens))) for tokens in readings(name)]
    every.append([f"i:{sounds}" for sounds in initial_sounds(name)])
    out: dict[str, None] = {}
    for place in range(max((len(some) for some in every), default=0)):
        for some in every:
            if place < len(some):
                out[f"{VERSION}:{some[place]}"] = None
    return tuple(out)[:_MOST]


def _of(tokens: tuple[str, ...], short: bool) -> Iterator[str]:
    long = [token for token in tokens if len(token) > 1]
    if len(long) == 1:
        yield f"k:={fold(long[0])}"
        yield from (f"p:={skeleton(long[0])}" for _ in range(len(skeleton(long[0])) > 2))
        return
    if not long:
        return
    yield "k:" + "-".join(sorted(skeleton(token) for token in long))
    joined = "".join(skeleton(token) for token in long)
    if len(joined) > 3:
        yield f"j:{joined[:-1]}{'n' if joined[-1] == 'l' else joined[-1]}"  # as skeleton does at the end of Enlai
    telling = sorted((token for token in long if weight(token) >= _TELLING), key=lambda token: (-weight(token), token))
    if len(telling) > 2 or len(telling) < len(long) or short:
        for one, other in combinations(telling[:3], 2):
            yield "p:" + "-".join(sorted((skeleton(one), skeleton(other))))
        if len(telling) == 1 and len(skeleton(telling[0])) > 2:
            yield f"p:={skeleton(telling[0])}"
