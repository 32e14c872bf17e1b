"""Records of a financing inquiry, one JSON object a line: who, which accounts, which transfers.

    {"kind": "person", "ref": "TH-P1", "name": …, "dob": …, "phones": […], "wallets": […], "tlp": "amber", "note": …}
    {"kind": "transfer", "ref": "TH-T1", "date": …, "amount": 48000, "currency": "THB", "src": "TH-P1",
     "dst_wallet": …, "reference": …, "channel": …}

Kinds: person, organisation, wallet (or account, card) and transfer. An end of a transfer is a `ref` of the same file
(`src`, `dst`) or an account (`src_wallet`, `dst_iban`, `src_account`, `dst_card` …). A card's number is cut to its
issuer and its last four digits before anything is made of it, also in a line that is put aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

import msgspec

from oureyes.errors import InvalidObject
from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.markings import Marking
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import Observable
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.transfers import Transfer, card, end_object, end_of, payment_reference
from oureyes.record.demands import of_tags
from oureyes.record.observed import dated, marking_refs, moment, provenance, recorded, source_of
from oureyes.record.opening import JSON_ERRORS, read_bytes, top_level

__all__ = ["NAME", "read", "sniff"]

NAME = "money"

_KINDS = frozenset(["person", "organisation", "wallet", "account", "card", "transfer"])
# field of a record → kind of observable
_ENDS = {"wallet": "wallet", "iban": "iban", "account": "bank-account", "card": "card"}
_HELD = {"wallets": "wallet", "ibans": "iban", "accounts": "bank-account", "cards": "card", "phones": "phone"}
_HELD |= {"emails": "email", "passports": "passport"}
_COUNT = (("records", 1),)
_NUMBER = re.compile(rb"\d(?:[ -]?\d){12,18}")


def sniff(head: bytes, name: str) -> bool:
    """A first line that is an object with a `kind` of ours and a `ref`, and no `type`."""
    keys = top_level(head)
    return keys is not None and keys.get("kind") in _KINDS and "ref" in keys and "type" not in keys


@dataclass(frozen=True, slots=True)
class _Told:
    """One line, and what is said about all of them."""

    row: Mapping[str, Any]
    by: StixObject
    subject: str
    country: str | None
    at: str
    marking: Marking | None
    hold: str

    def text(self, name: str) -> str:
        value = self.row.get(name)
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""

    def listed(self, name: str) -> Sequence[Any]:
        value = self.row.get(name)
        return value if isinstance(value, list) else ()

    def id_of(self, kind: str, ref: str) -> str:
        return derived_id(kind, self.by.id, ref)

    def head(self, kind: str) -> dict[str, Any]:
        identifier = self.id_of(kind, self.text("ref"))
        return {"type": kind, "spec_version": "2.1", "id": identifier, "created": self.at, "modified": self.at}


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """Every line; one that says nothing usable is put aside."""
    subject = options.source or NAME
    by = source_of(subject, recorded(options))
    yield Record(by)
    for place, line in enumerate(read_bytes(stream, subject, options.max_bytes).splitlines(), 1):
        if line.strip():
            where = f"{subject} line {place}"
            try:
                yield from _records(_told(line, where, by, options))
            except InvalidObject as error:
                yield Rejected(where, error, _NUMBER.sub(_cut, line[: 1 << 20]), _COUNT)


def _cut(found: re.Match[bytes]) -> bytes:
    """A card's number, masked; any other long number stays."""
    token = card(found[0].decode())
    return token.replace(":", "******", 2).removeprefix("card******").encode() if token else found[0]


def _told(line: bytes, where: str, by: StixObject, options: Options) -> _Told:
    try:
        row = msgspec.json.decode(line)
    except JSON_ERRORS as error:
        raise InvalidObject(where, "JSON", str(error)[:80]) from None
    if not isinstance(row, dict) or row.get("kind") not in _KINDS or not isinstance(row.get("ref"), str):
        raise InvalidObject(where, f"a kind among {', '.join(sorted(_KINDS))}, and a ref", "another")
    marking, hold = of_tags([f"tlp:{row['tlp']}"] if isinstance(row.get("tlp"), str) and row["tlp"] else [])
    return _Told(row, by, where, options.country, dated(options), marking, hold)


def _records(told: _Told) -> Iterator[Record]:
    held = _held(told)
    for end in held:
        yield Record(end_object(end), marking=told.marking, hold=told.hold)
    if told.row["kind"] == "transfer":
        yield from _transfer(told)
    elif told.row["kind"] in ("person", "organisation"):
        yield Record(_identity(told, held), _unread(told, held), told.marking, counts=_COUNT, hold=told.hold)
    elif held:
        yield Record(_note(told, held), (), told.marking, counts=_COUNT, hold=told.hold)
    else:
        raise InvalidObject(told.subject, "a valid wallet, account or card", "none", "check it for a typing error")


def _held(told: _Told) -> list[str]:
    """The valid accounts, numbers and addresses of a record, in their normal forms."""
    found = [end_of([(kind, str(value))], told.country) for name, kind in _HELD.items() for value in told.listed(name)]
    return list(dict.fromkeys(end for end in found if end))


def _unread(told: _Told, held: list[str]) -> tuple[Finding, ...]:
    listed = sum(len(told.listed(name)) for name in _HELD)
    if listed <= len(held):
        return ()
    said = f"{listed - len(held)} of {listed} accounts and numbers are not valid or stand twice: not matched by"
    return (Finding(told.subject, "warning", said),)


def _identity(told: _Told, held: list[str]) -> StixObject:
    name = told.text("name")
    if not name:
        raise InvalidObject(told.subject, "a name", "none", "a wallet without an owner is of the kind wallet")
    person = told.row["kind"] == "person"
    listed = {"ref": told.text("ref"), **({"dob": told.text("dob")} if told.text("dob") else {})}
    return StixObject.make(
        {
            **told.head("identity"),
            "created_by_ref": told.by.id,
            "name": name,
            "identity_class": "individual" if person else "organization",
            **({"description": told.text("note")} if told.text("note") else {}),
            **marking_refs(told.marking),
            "extensions": provenance("money", listed) | _observed(held),
        }
    )


def _observed(held: list[str]) -> dict[str, Any]:
    if not held:
        return {}
    known = [Observable.of(one) for one in held if not one.startswith("card:")]
    shown = [{"kind": one.kind, "value": one.value} for one in known]
    refs = [end_object(one).id for one in held]
    cards = [one for one in held if one.startswith("card:")]
    body = {"extension_type": "property-extension", "observables": shown, "observable_refs": refs}
    return {EXTENSIONS["observables"]: body | ({"cards": cards} if cards else {})}


def _note(told: _Told, held: list[str]) -> StixObject:
    """What is said of an account alone."""
    said = {**told.head("note"), "created_by_ref": told.by.id, "content": told.text("note") or "an account"}
    said |= marking_refs(told.marking)
    extensions = provenance("money", {"ref": told.text("ref")})
    return StixObject.make(said | {"object_refs": [end_object(one).id for one in held], "extensions": extensions})


def _transfer(told: _Told) -> Iterator[Record]:
    source, target = (_end(told, side) for side in ("src", "dst"))
    for end in (source, target):
        if end:
            yield Record(end_object(end), marking=told.marking, hold=told.hold)
    if not (at := moment(told.text("date"))):
        raise InvalidObject(told.subject, "the date of the transfer", "none", "write it as 2026-03-01")
    moved = Transfer(
        _amount(told),
        told.text("currency").upper()[:12],
        at,
        source,
        target,
        end_object(source).id if source else _owner(told, "src"),
        end_object(target).id if target else _owner(told, "dst"),
        payment_reference(told.text("reference")) or "",
        told.text("channel")[:100],
    )
    if not (moved.source_ref and moved.target_ref):
        raise InvalidObject(told.subject, "two ends: an account or a ref each", "one or none", "name both ends")
    content = moved.content(told.id_of("x-oureyes-transfer", told.text("ref")), told.at)
    content |= {"created_by_ref": told.by.id, **marking_refs(told.marking)}
    yield Record(StixObject.make(content), (), told.marking, counts=_COUNT, hold=told.hold)


def _end(told: _Told, side: str) -> str:
    given = [(kind, told.text(f"{side}_{name}")) for name, kind in _ENDS.items() if told.text(f"{side}_{name}")]
    found = end_of(given, told.country)
    if given and not found:
        raise InvalidObject(told.subject, f"a valid account as {side}", "another form", "check it for a typing error")
    return found


def _owner(told: _Told, side: str) -> str:
    return told.id_of("identity", told.text(side)) if told.text(side) else ""


def _amount(told: _Told) -> Decimal:
    text = told.text("amount").replace(",", "")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 18 or amount.as_tuple().exponent < -18:  # type: ignore[operator]  # finite: a number
        raise InvalidObject(told.subject, "an amount of money", "another", "write it in figures")
    return amount
