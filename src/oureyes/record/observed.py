"""From a value somebody reports to the STIX objects that carry it: the observable, and what was said about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.instants import is_instant, of_datetime
from oureyes.model.markings import TLP, TLP_IDS, Marking
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import Observable, normalise, sco
from oureyes.model.ports import Options, Record

__all__ = [
    "dated",
    "guess",
    "identity_of",
    "marking_refs",
    "moment",
    "pattern_of",
    "provenance",
    "recorded",
    "reported",
    "sighted",
    "source_of",
]

_HASHES = {
    "md5": "MD5", "sha1": "'SHA-1'", "sha256": "'SHA-256'", "sha512": "'SHA-512'", "sha3-256": "'SHA3-256'",
    "sha3-512": "'SHA3-512'", "ssdeep": "SSDEEP", "tlsh": "TLSH",
}  # fmt: skip
_NAMED = {"file-name": "file:name", "mutex": "mutex:name", "windows-registry-key": "windows-registry-key:key"}
_VALUED = frozenset(
    ["domain-name", "ipv4-addr", "ipv6-addr", "url", "email-addr", "mac-addr", "phone-number", "cryptocurrency-wallet"]
)
# TLP 2.0's definitions stand first in the table.
_MARKS: Mapping[TLP, str] = {tlp: identifier for identifier, tlp in list(TLP_IDS.items())[:5]}


def pattern_of(observables: Sequence[Observable]) -> str:
    """A STIX pattern: one file has all its names and hashes; of other things seen together either counts."""
    atoms = [_atom(one) for one in observables]
    if all(atom.startswith("file:") for atom in atoms):
        return f"[{' AND '.join(atoms)}]"
    return " OR ".join(f"[{atom}]" for atom in atoms)


def _atom(one: Observable) -> str:
    kind, value = one.kind, one.value
    if kind.startswith("hash:") and kind[5:] in _HASHES:
        return f"file:hashes.{_HASHES[kind[5:]]} = {_quoted(value)}"
    if kind in _VALUED:
        return f"{kind}:value = {_quoted(value)}"
    if kind in _NAMED:
        return f"{_NAMED[kind]} = {_quoted(value)}"
    made = sco(one).content
    fields = [name for name in made if name not in ("type", "spec_version", "id", "extensions", "document_type")]
    return " AND ".join(
        f"{made['type']}:{name} = {made[name] if isinstance(made[name], int) else _quoted(made[name])}"
        for name in fields
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def marking_refs(marking: Marking | None) -> dict[str, list[str]]:
    """The TLP 2.0 definition of a marking, as a converted object shows it to other tools."""
    return {"object_marking_refs": [_MARKS[marking.tlp]]} if marking is not None else {}


def provenance(source: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The `extensions` that keep what the source said and STIX has no place for."""
    return {EXTENSIONS["provenance"]: {"extension_type": "property-extension", source: fields}}


def identity_of(name: str, at: str, kind: str = "organization") -> StixObject:
    """The identity of a source that is known by its name alone, since `at`."""
    return StixObject.make(
        {
            "type": "identity",
            "spec_version": "2.1",
            "id": derived_id("identity", kind, name),
            "created": at,
            "modified": at,
            "name": name,
            "identity_class": kind,
        }
    )


def source_of(name: str, at: str, shown: str = "") -> StixObject:
    """The identity of a source that is known by its file: what a file is called here is nobody else's business, so the
    id follows from that name and what is shown does not. `shown` is what its form tells, such as whose list it is."""
    identifier = derived_id("identity", "organization", name)
    shown = shown or f"unnamed source {identifier.partition('--')[2][:8]}"
    return StixObject.make({**identity_of(shown, at).content, "id": identifier})


def moment(date: str) -> str:
    """An instant, a time with its offset, or a day, as an instant; "" for what is none of them. A time without an
    offset is some time of its day, and no more is said of it."""
    if is_instant(date):
        return date
    try:
        read = datetime.fromisoformat(date)
        return of_datetime(read) if read.tzinfo else read.strftime("%Y-%m-%dT00:00:00.000Z")
    except (ValueError, OverflowError):
        return ""


def recorded(options: Options) -> str:
    """The moment of recording: the date of what its source gives none. No date is ever made up."""
    if not is_instant(options.now):
        raise InvalidObject(options.source or "source", "the moment of recording", "none", "record it through a node")
    return options.now


def dated(options: Options) -> str:
    """The date of everything in a source that bears no date of its own."""
    if not options.date:
        return recorded(options)
    if not (at := moment(options.date)):
        raise InvalidObject("--date", "YYYY-MM-DD or a UTC instant", options.date[:30], "leave it out if unknown")
    return at


def reported(
    observables: Sequence[Observable],
    said: Mapping[str, Any],
    at: str,
    counted: str,
    *,
    odd: Sequence[str] = (),
    marking: Marking | None = None,
    hold: str = "",
    told: Sequence[str] = (),
) -> Iterator[Record]:
    """The observables, and the indicator by which one source reports them. Its id follows from the source, from them,
    and from `told`: what else makes it another report (a source may name one value in two reports of its own)."""
    for one in observables:
        yield Record(sco(one), marking=marking, hold=hold)
    source = str(said.get("created_by_ref", ""))
    identifier = derived_id("indicator", source, *told, *sorted(one.text for one in observables))
    obj = sighted(observables, "indicator", identifier, at, {"name": observables[0].value[:256], **said})
    findings = tuple(Finding(obj.id, "warning", message) for message in odd)
    yield Record(obj, findings, marking, counts=((counted, 1),), hold=hold)


def guess(text: str, country: str | None = None) -> Observable | None:
    """What a bare value is, by its form alone; names and numbers that could be anything are nothing."""
    if "://" in text or text[:4].lower() == "hxxp":
        return normalise("url", text)
    if "@" in text.strip()[1:]:
        return normalise("email-addr", text)
    for kind in ("ip", "domain") if "." in text else ("ip", "hash", "wallet"):
        if (found := normalise(kind, text, country)) is not None:
            return found
    return normalise("url", text) if "/" in text else None


def sighted(
    observables: Iterable[Observable], kind: str, identity: str, at: str, said: Mapping[str, Any]
) -> StixObject:
    """An indicator or observed-data over `observables`; `said` is what else the source says, name and comment."""
    found = list(observables)
    refs = [sco(one).id for one in found]
    head = {"type": kind, "spec_version": "2.1", "id": identity, "created": at, "modified": at}
    if kind == "indicator":
        body: dict[str, Any] = {"pattern": pattern_of(found), "pattern_type": "stix", "valid_from": at}
    else:
        body = {"first_observed": at, "last_observed": at, "number_observed": 1, "object_refs": refs}
    return StixObject.make({**head, **body, **said})
