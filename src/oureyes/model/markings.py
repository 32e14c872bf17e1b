"""How far a thing may travel, what may be done with it, and how good it is.

A `Marking` is a value; equal markings are one `label` in the store, so that policy is decided per label (thousands),
never per row. What is not said is the tightest: nobody may have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import IntEnum, StrEnum
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.instants import is_instant, nanoseconds
from oureyes.model.objects import EXTENSIONS

__all__ = ["PAP", "TLP", "TLP_IDS", "Fact", "Handling", "Marking", "Onward", "Role", "strictest"]


class TLP(IntEnum):
    """Traffic Light Protocol 2.0 (FIRST); a greater value is tighter."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        return f"TLP:{self.name.replace('_', '+')}"

    @classmethod
    def of(cls, text: str) -> TLP:
        """From `tlp:amber+strict`, `AMBER`, `TLP:WHITE` (TLP 1's word for CLEAR) …; InvalidObject if unknown."""
        name = text.strip().upper().removeprefix("TLP:").replace("+", "_").replace("-", "_").replace(" ", "_")
        try:
            return cls["CLEAR" if name == "WHITE" else name]
        except KeyError:
            raise InvalidObject(f"TLP {text[:30]}", "CLEAR, GREEN, AMBER, AMBER+STRICT or RED") from None


class PAP(IntEnum):
    """Permissible Actions Protocol: what a recipient may do with it."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    RED = 3

    @classmethod
    def of(cls, text: str) -> PAP:
        name = text.strip().upper().removeprefix("PAP:")
        try:
            return cls["CLEAR" if name == "WHITE" else name]
        except KeyError:
            raise InvalidObject(f"PAP {text[:30]}", "CLEAR, GREEN, AMBER or RED") from None


class Handling(StrEnum):
    """Europol's handling codes: H0 crime purposes only; H1 not in court without consent; H2 no onward without
    consent; H3 other conditions, which must be written out."""

    H0 = "H0"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"


class Onward(StrEnum):
    """Whether the recipient may pass it on: never, with the origin's signed consent, or freely."""

    NONE = "none"
    CONSENT = "consent"
    FREE = "free"


class Role(StrEnum):
    """A person's role in the case (Directive (EU) 2016/680 Art. 6). Victims and witnesses never raise watch alerts."""

    SUSPECT = "suspect"
    CONVICTED = "convicted"
    VICTIM = "victim"
    WITNESS = "witness"
    OTHER = "other"


class Fact(StrEnum):
    """What kind of statement it is (Directive (EU) 2016/680 Art. 7)."""

    FACT = "fact"
    ASSESSMENT = "assessment"
    HEARSAY = "hearsay"


# The marking definitions of OASIS (cti-stix-common-objects, extension tlp-2.0) and those of STIX 2.1 §7.2.1.4 (TLP 1).
TLP_IDS: Mapping[str, TLP] = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": TLP.CLEAR,
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": TLP.GREEN,
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": TLP.AMBER,
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": TLP.AMBER_STRICT,
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": TLP.RED,
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": TLP.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": TLP.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": TLP.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": TLP.RED,
}
TLP_2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"


@dataclass(frozen=True, slots=True)
class Marking:
    """Every rule that travels with an object. The defaults let nobody have it.

    With `hit_no_hit` the members that `releasable_to` or `answers_to` name may learn whether what they ask about is
    held, and nothing more (`release.silence`): also of TLP:RED, which itself never leaves.
    """

    tlp: TLP = TLP.RED
    pap: PAP = PAP.RED
    handling: Handling = Handling.H0
    releasable_to: frozenset[str] = frozenset()
    onward: Onward = Onward.NONE
    originator: str = ""
    purpose: str = ""
    grade: Grade | None = None
    fact: Fact | None = None
    role: Role | None = None
    embargo: str | None = None
    expires: str | None = None
    review: str | None = None
    conditions: str = ""
    hit_no_hit: bool = False
    taken_from: str | None = None
    answers_to: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("embargo", "expires", "review"):
            value = getattr(self, name)
            if value is not None and not is_instant(value):
                raise InvalidObject(f"marking.{name}", "a UTC instant such as 2026-12-31T00:00:00Z", str(value)[:40])
        if self.handling is Handling.H2 and self.onward is Onward.FREE:
            raise InvalidObject("marking", "H2 with onward none or consent", "onward free")
        if self.handling is Handling.H3 and not self.conditions:
            raise InvalidObject("marking", "H3 with its conditions written out", "none")

    def but(self, **changes: Any) -> Marking:
        """The same marking with some rules changed."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The form that travels and that labels are interned by: sorted, nothing left out but what is empty."""
        out: dict[str, Any] = {}
        for name in sorted(field.name for field in fields(self)):
            value = getattr(self, name)
            if value is None or value == "" or value is False or (name == "answers_to" and not value):
                continue
            if isinstance(value, TLP | PAP):
                value = value.name
            elif isinstance(value, Grade):
                value = value.text
            elif isinstance(value, frozenset):
                value = sorted(value)
            out[name] = str(value) if isinstance(value, StrEnum) else value
        return out

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Marking:
        """The inverse of `to_json`. An unknown key or value is refused: a rule we cannot read is never ignored."""
        unknown = sorted(set(content) - {field.name for field in fields(cls)})
        if unknown:
            raise InvalidObject("marking", "rules this node knows", ", ".join(unknown)[:80], "update this node")
        try:
            return cls(**{name: _READ.get(name, _as_is)(value) for name, value in content.items()})
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise InvalidObject("marking", "values this node knows", str(error)[:80], "update this node") from None

    def to_stix(self) -> dict[str, Any]:
        """As a STIX marking-definition under our extension (STIX 2.1 §7.2, §7.3)."""
        from uuid import NAMESPACE_URL, uuid5

        import msgspec

        body = self.to_json()
        key = msgspec.json.encode(body, order="sorted").decode()
        return {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": f"marking-definition--{uuid5(NAMESPACE_URL, 'oureyes:marking:' + key)}",
            "created": "2026-11-24T00:00:00.000Z",
            "name": self.tlp.label,
            "extensions": {EXTENSIONS["marking"]: {"extension_type": "property-extension", "marking": body}},
        }


def _as_is(value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise TypeError("a rule of another type than text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _members(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of member ids")
    return frozenset(value)


_READ: Mapping[str, Any] = {
    "tlp": lambda value: TLP[value],
    "pap": lambda value: PAP[value],
    "handling": Handling,
    "onward": Onward,
    "role": Role,
    "fact": Fact,
    "grade": Grade.admiralty,
    "releasable_to": _members,
    "answers_to": _members,
    "hit_no_hit": _flag,
}


def strictest(first: Marking, second: Marking) -> Marking:
    """A marking that lets nobody have what either would not: for anything derived from both."""
    earlier = [text for text in (first.expires, second.expires) if text]
    later = [text for text in (first.embargo, second.embargo) if text]
    order = [Onward.FREE, Onward.CONSENT, Onward.NONE]
    handling = max(first.handling, second.handling)
    conditions = "; ".join(text for text in dict.fromkeys((first.conditions, second.conditions)) if text)
    onward = max(first.onward, second.onward, key=order.index)
    return first.but(
        tlp=max(first.tlp, second.tlp),
        pap=max(first.pap, second.pap),
        handling=handling,
        releasable_to=first.releasable_to & second.releasable_to,
        onward=onward if handling is not Handling.H2 or onward is not Onward.FREE else Onward.CONSENT,
        conditions=conditions,
        embargo=max(later, key=nanoseconds) if later else None,
        expires=min(earlier, key=nanoseconds) if earlier else None,
        hit_no_hit=first.hit_no_hit and second.hit_no_hit,
        answers_to=first.answers_to & second.answers_to,
    )
