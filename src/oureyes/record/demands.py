"""What a source itself demands of what it gives: its marking definitions and tags, as a `Marking`.

Only what the source says is loosened; all else stays at the tightest, and the officer who releases decides. A marking
that this node cannot read is no marking: the object is held and nobody may have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from oureyes.errors import InvalidObject
from oureyes.model.markings import PAP, TLP, TLP_2_EXTENSION, TLP_IDS, Marking, Onward, strictest
from oureyes.model.objects import EXTENSIONS

__all__ = ["Definitions", "of_definition", "of_tags", "of_tlp", "tightest"]

# Marking definitions of one input: id → what it demands, or None where it restricts nothing (a statement).
Definitions = Mapping[str, Marking | None]


def of_tlp(tlp: TLP) -> Marking:
    """TLP 2.0 alone: CLEAR may be passed on by anybody, the others only as the origin allows."""
    return Marking(tlp=tlp, onward=Onward.FREE if tlp is TLP.CLEAR else Onward.NONE)


KNOWN: Definitions = {identifier: of_tlp(tlp) for identifier, tlp in TLP_IDS.items()}


def of_definition(content: Mapping[str, object]) -> Marking | None:
    """What a marking-definition object demands; None for a statement; InvalidObject where it cannot be read."""
    subject = str(content.get("id"))[:120]
    extensions = content.get("extensions")
    for key, extension in extensions.items() if isinstance(extensions, Mapping) else ():
        if key == TLP_2_EXTENSION and isinstance(extension, Mapping):
            return of_tlp(TLP.of(str(extension.get("tlp_2_0"))))
        if key == EXTENSIONS["marking"] and isinstance(extension, Mapping):
            body = extension.get("marking")
            return Marking.from_json(body if isinstance(body, Mapping) else {"marking": body})
    kind, definition = content.get("definition_type"), content.get("definition")
    if kind == "tlp" and isinstance(definition, Mapping):
        return of_tlp(TLP.of(str(definition.get("tlp"))))
    if kind == "statement":
        return None
    raise InvalidObject(subject, "TLP, a statement or a marking of Our Eyes", str(kind)[:40], "ask what it means")


def tightest(markings: Iterable[Marking]) -> Marking | None:
    """One that allows only what all of them allow; None of none."""
    found = list(markings)
    return reduce(strictest, found) if found else None


def of_tags(tags: Iterable[str]) -> tuple[Marking | None, str]:
    """TLP and PAP tags as a marking, and why it must be held when one of them cannot be read."""
    tlps, paps = [], []
    for tag in tags:
        scheme, _, value = tag.partition(":")
        try:
            if scheme.lower() == "tlp":
                tlps.append(_tlp(value))
            elif scheme.lower() == "pap":
                paps.append(PAP.of(value))
        except InvalidObject:
            return None, f"{scheme.upper()} tag of a value this node does not know: nobody may have it"
    if not tlps and not paps:
        return None, ""
    marking = of_tlp(max(tlps)) if tlps else Marking()
    return (marking.but(pap=max(paps)) if paps else marking), ""


def _tlp(value: str) -> TLP:
    # The MISP taxonomy's further words; `ex:chr` and `unclear` mean that nobody has decided.
    word = value.strip().strip('"').lower()
    if word in ("ex:chr", "unclear"):
        return TLP.RED
    return TLP.of(word)
