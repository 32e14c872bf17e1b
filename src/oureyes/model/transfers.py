"""Money that moved: how much, when, from where to where. And cards, of which no number is ever kept.

A card is known by its issuer's six digits and its last four, `411111******1111`, which PCI DSS 4.0 §3.4.1 allows to be
shown. A hash of the number would hide nothing: with the issuer and the last four known, a hundred thousand numbers are
left, and whoever has the hash tries them all. So a card is evidence, no more, and whether it is the very same card two
states ask each other in private.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from oureyes.model.identifiers import observable_id
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables import Observable, normalise, sco

__all__ = ["TYPE", "Transfer", "card", "card_object", "end_object", "end_of", "payment_reference", "transfer_of"]

TYPE = "x-oureyes-transfer"
_MASKED = re.compile(r"(\d{6,8})[*xX•.]+(\d{4})")
_AMOUNT = re.compile(r"\d{1,18}(?:\.\d{1,18})?")
_WORD = re.compile(r"[A-Z0-9]{6,35}")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement. An end is an account, a wallet or a card where it is known (`kind:value`), else "" ; the refs are
    the objects on either side: the account's, or the person's who is said to have paid or been paid."""

    amount: Decimal
    currency: str
    at: str
    source: str = ""
    target: str = ""
    source_ref: str = ""
    target_ref: str = ""
    reference: str = ""
    channel: str = ""

    def content(self, identifier: str, created: str) -> dict[str, Any]:
        """The STIX object's content."""
        ends = [one for one in (self.source, self.target) if one]
        known = [Observable.of(one) for one in ends if not one.startswith("card:")]
        said: dict[str, Any] = {
            "amount": format(self.amount.normalize(), "f"),
            "currency": self.currency,
            "transferred": self.at,
            "source": self.source,
            "target": self.target,
            "source_ref": self.source_ref,
            "target_ref": self.target_ref,
            "reference": self.reference,
            "channel": self.channel,
        }
        listed = {"observables": [{"kind": one.kind, "value": one.value} for one in known]}
        return {
            "type": TYPE,
            "spec_version": "2.1",
            "id": identifier,
            "created": created,
            "modified": created,
            "name": f"{said['amount']} {self.currency} on {self.at[:10]}",
            **{name: value for name, value in said.items() if value},
            "extensions": {
                EXTENSIONS[TYPE]: {"extension_type": "new-sdo"},
                **({EXTENSIONS["observables"]: {"extension_type": "property-extension", **listed}} if known else {}),
            },
        }


def transfer_of(content: Mapping[str, Any]) -> Transfer | None:
    """The transfer an object is; None for what is none, or says no amount."""
    amount = content.get("amount")
    if content.get("type") != TYPE or not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        return None
    names = ("currency", "transferred", "source", "target", "source_ref", "target_ref", "reference", "channel")
    texts = [value if isinstance(value := content.get(name), str) else "" for name in names]
    return Transfer(_decimal(amount), *texts)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # not reached by what _AMOUNT lets through
        return Decimal(0)


def card(text: str) -> str | None:
    """`card:IIN:LAST4`, from a number that passes its check digit (ISO/IEC 7812-1 Annex B) or from a masked one."""
    plain = re.sub(r"[\s-]", "", text)
    masked = _MASKED.fullmatch(plain)
    if masked:
        return f"card:{masked[1][:6]}:{masked[2]}"
    if not (plain.isascii() and plain.isdigit() and 13 <= len(plain) <= 19) or not _luhn(plain):
        return None
    return f"card:{plain[:6]}:{plain[-4:]}"


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def card_object(token: str) -> StixObject:
    """A card, masked, under the name OpenCTI gives the type."""
    _, issuer, last = token.split(":")
    content = {"card_number": f"{issuer}******{last}"}
    identifier = observable_id("payment-card", content)
    extension = {EXTENSIONS["observables"]: {"extension_type": "new-sco"}}
    body = {"type": "payment-card", "spec_version": "2.1", "id": identifier, **content, "extensions": extension}
    return StixObject.make(body)


def end_object(end: str) -> StixObject:
    """The object of an account, a wallet or a card."""
    return card_object(end) if end.startswith("card:") else sco(Observable.of(end))


def payment_reference(text: str) -> str | None:
    """What payer and payee both write: upper case without spaces; an ISO 11649 reference must pass its check.
    Words without a figure, and short ones, are no reference: everybody writes `RENT`."""
    plain = re.sub(r"[\s./-]", "", text).upper()
    if not _WORD.fullmatch(plain) or sum(character.isdigit() for character in plain) < 4:
        return None
    if re.fullmatch(r"RF\d\d[A-Z0-9]{1,21}", plain):
        turned = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
        return plain if int(turned) % 97 == 1 else None
    return plain


def end_of(values: Iterable[tuple[str, str]], country: str | None = None) -> str:
    """The first of (kind, value) that is a valid account, wallet or card; "" where none is."""
    for kind, value in values:
        found = card(value) if kind == "card" else None
        if found is None and kind != "card" and (form := normalise(kind, value, country)) is not None:
            found = form.text
        if found:
            return found
    return ""
