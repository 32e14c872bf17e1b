"""What `restSearch` asks for, as predicates over events and attributes. A filter this door does not know is refused:
to leave it out would give more than was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.interfaces.misp.paths import folded
from oureyes.interfaces.misp.shapes import flag, listed, organisation
from oureyes.node.events import Head

__all__ = ["Asked", "Words", "asked", "whole_number"]

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
# Options that say how to answer and not what to find, and those that concern what this node has not.
_HOW = frozenset(
    ["returnformat", "limit", "page", "metadata", "includecontext", "headerless", "requestedattributes", "pythonify",
     "controller", "withattachments", "includeeventuuid", "includeeventtags", "includesightings", "includedecayscore",
     "includecorrelations", "includeeventcorrelations", "includefeedcorrelations", "includewarninglisthits",
     "includesightingdb", "includeproposals", "excludegalaxy", "excludelocaltags", "enforcewarninglist",
     "excludedecayed", "sgreferenceonly", "order", "sort", "direction", "minimal", "extended", "deleted",
     "includefullmodel", "flatten", "nosightings", "attribute", "last7days", "includeserverinformation"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """OR, AND and NOT of texts; `%` stands for anything. Case does not matter, as in MISP."""

    some: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.some or self.every or self.none)

    def fits(self, texts: Any) -> bool:
        """Whether what is called all of `texts` is asked for."""
        found = list(texts)

        def has(word: str) -> bool:
            return any(_like(word)(text) for text in found)

        return (
            (not self.some or any(map(has, self.some))) and all(map(has, self.every)) and not any(map(has, self.none))
        )


@lru_cache(1024)
def _like(word: str) -> Callable[[str], bool]:
    whole = word.casefold()
    if "%" not in word:
        return lambda text: text.casefold() == whole
    shape = re.compile(".*".join(re.escape(piece) for piece in whole.split("%")), re.DOTALL)
    return lambda text: shape.fullmatch(text.casefold()) is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. Of events: by head; of attributes: by what they say."""

    values: Words = Words()
    kinds: Words = Words()
    categories: Words = Words()
    tags: Words = Words()
    event_tags: Words = Words()
    organisations: Words = Words()
    infos: Words = Words()
    anywhere: Words = Words()
    object_names: Words = Words()
    events: frozenset[str] = frozenset()
    uuids: frozenset[str] = frozenset()
    not_events: frozenset[str] = frozenset()
    to_ids: frozenset[bool] = frozenset()
    published: frozenset[bool] = frozenset()
    changed: tuple[float, float] | None = None
    event_changed: tuple[float, float] | None = None
    published_at: tuple[float, float] | None = None
    days: tuple[str, str] = ("", "")
    levels: Words = Words()
    analyses: Words = Words()
    distributions: Words = Words()
    how: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_parts(self) -> bool:
        """Whether attributes must be looked at."""
        found = (self.values, self.kinds, self.categories, self.anywhere, self.object_names, self.tags)
        return any(found) or bool(self.to_ids) or bool(self.uuids) or self.changed is not None

    def option(self, name: str) -> Any:
        """How to answer."""
        return self.how.get(folded(name))

    def page(self, most: int) -> tuple[int, int]:
        """(first, how many); 0 for all."""
        limit = min(whole_number("limit", self.option("limit")), most)
        return max(whole_number("page", self.option("page")) - 1, 0) * limit, limit

    def event(self, head: Head) -> bool:
        """Whether an event may be among what is asked for, by its head."""
        orgc, content = head.orgc, head.content
        named = {head.uuid, str(head.number)}
        day = str(content.get("date") or "")
        return (
            (not self.events or bool(named & self.events))
            and not named & self.not_events
            and (not self.published or head.published in self.published)
            and _within(head.timestamp, self.event_changed)
            and _within(_number(content.get("publish_timestamp")), self.published_at)
            and (not self.days[0] or day >= self.days[0])
            and (not self.days[1] or day <= self.days[1])
            and self.organisations.fits(
                [str(orgc.get("name")), str(orgc.get("uuid")).lower(), organisation(orgc)["id"]]
            )
            and self.infos.fits([str(content.get("info") or "")])
            and self.event_tags.fits(head.tags)
            and self.levels.fits([str(content.get("threat_level_id"))])
            and self.analyses.fits([str(content.get("analysis"))])
            and self.distributions.fits([str(content.get("distribution"))])
        )

    def attribute(self, one: Mapping[str, Any], tags: frozenset[str], obj: str = "", number: str = "") -> bool:
        """Whether an attribute is asked for; `tags` are its event's."""
        value = str(one.get("value") or "")
        own = {str(tag.get("name")) for tag in one.get("Tag") or ()}
        return (
            (not self.kinds or self.kinds.fits([str(one.get("type"))]))
            and (not self.categories or self.categories.fits([str(one.get("category"))]))
            and (not self.to_ids or flag(one.get("to_ids")) in self.to_ids)
            and _within(_number(one.get("timestamp")), self.changed)
            and (not self.uuids or str(one.get("uuid")).lower() in self.uuids or number in self.uuids)
            and (not self.tags or self.tags.fits(own | tags))
            and (not self.object_names or self.object_names.fits([obj]))
            and (not self.values or self.values.fits([value, *(value.split("|") if "|" in value else ())]))
            and (not self.anywhere or self.anywhere.fits([value, str(one.get("comment") or "")]))
        )


def whole_number(name: str, value: object) -> int:
    """A number that somebody sends as a number or as text; 0 where there is none."""
    text = str(value or 0)
    if not text.isdecimal() or len(text) > 18:
        raise InvalidObject(name, "a number", "something else", "leave it out")
    return int(text)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _within(at: float, span: tuple[float, float] | None) -> bool:
    return span is None or span[0] <= at <= span[1]


def asked(form: Mapping[str, Any], now: float, *, of_events: bool = False) -> Asked:
    """A search from its parameters. InvalidObject names one that this door does not know. A search of events means
    theirs by `timestamp`."""
    found: dict[str, Any] = {"how": {}}
    for name, value in form.items():
        key = folded(str(name))
        if value is None or value == []:
            continue
        if key in _HOW:
            found["how"][key] = value
        elif key in _FILTERS:
            target, read = _FILTERS["eventtimestamp" if of_events and key == "timestamp" else key]
            made = read(value, now)
            if target == "days":
                before = found.get("days", ("", ""))
                made = (made[0] or before[0], made[1] or before[1])
            found[target] = made
        else:
            raise InvalidObject("search", "filters this door knows", key[:40], "leave it out")
    made = Asked(**found)
    no = frozenset(one[1:] for one in made.events if one.startswith("!"))
    return replace(made, events=frozenset(one for one in made.events if not one.startswith("!")), not_events=no)


def _words(value: Any, _: float) -> Words:
    if isinstance(value, Mapping):
        said = {folded(str(key)): tuple(listed(inner)) for key, inner in value.items()}
        return Words(said.get("or", ()), said.get("and", ()), said.get("not", ()))
    texts = value.split("&&") if isinstance(value, str) and "&&" in value else listed(value)
    return Words(
        tuple(text for text in texts if not text.startswith("!")), (), tuple(t[1:] for t in texts if t.startswith("!"))
    )


def _parts(value: Any, now: float) -> Words:
    """Anywhere in the text."""
    found = _words(value, now)
    return Words(
        tuple(f"%{one.strip('%')}%" for one in found.some),
        tuple(f"%{one.strip('%')}%" for one in found.every),
        tuple(f"%{one.strip('%')}%" for one in found.none),
    )


def _names(value: Any, _: float) -> frozenset[str]:
    return frozenset(one.lower() for one in listed(value))


def _truths(value: Any, _: float) -> frozenset[bool]:
    return frozenset(flag(one) for one in (value if isinstance(value, list | tuple) else [value]))


def _span(value: Any, now: float) -> tuple[float, float]:
    """`5d`, a timestamp, a day, or two of them."""
    if isinstance(value, list | tuple) and len(value) == 2:
        first, last = sorted(_moment(one, now) for one in value)
        return first, last
    return _moment(value[0] if isinstance(value, list) and value else value, now), float("inf")


def _moment(value: Any, now: float) -> float:
    text = str(value).strip()
    if re.fullmatch(r"\d{1,9}[dhms]", text):
        return now - int(text[:-1]) * _UNITS[text[-1]]
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidObject("search", "a time: 1700000000, 5d or 2026-01-31", "another form") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _day(value: Any, now: float) -> str:
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text[:10]):
        return text[:10]
    return datetime.fromtimestamp(_moment(value, now), UTC).strftime("%Y-%m-%d")


_FILTERS: Mapping[str, tuple[str, Callable[[Any, float], Any]]] = {
    "value": ("values", _words),
    "type": ("kinds", _words),
    "category": ("categories", _words),
    "tags": ("tags", _words),
    "tag": ("tags", _words),
    "eventtags": ("event_tags", _words),
    "org": ("organisations", _words),
    "organisation": ("organisations", _words),
    "eventinfo": ("infos", _parts),
    "info": ("infos", _parts),
    "searchall": ("anywhere", _parts),
    "quickfilter": ("anywhere", _parts),
    "all": ("anywhere", _parts),
    "objectname": ("object_names", _words),
    "threatlevel": ("levels", _words),
    "threatlevelid": ("levels", _words),
    "analysis": ("analyses", _words),
    "distribution": ("distributions", _words),
    "eventid": ("events", _names),
    "id": ("events", _names),
    "eventuuid": ("events", _names),
    "uuid": ("uuids", _names),
    "toids": ("to_ids", _truths),
    "published": ("published", _truths),
    "timestamp": ("changed", _span),
    "attributetimestamp": ("changed", _span),
    "eventtimestamp": ("event_changed", _span),
    "publishtimestamp": ("published_at", _span),
    "last": ("published_at", _span),
    "from": ("days", lambda value, now: (_day(value, now), "")),
    "datefrom": ("days", lambda value, now: (_day(value, now), "")),
    "to": ("days", lambda value, now: ("", _day(value, now))),
    "dateuntil": ("days", lambda value, now: ("", _day(value, now))),
}
