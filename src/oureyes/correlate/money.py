"""Both tell of the same money: the same transfer from either end, its onward journey, one payment reference, one card.

That two records name one wallet or account is the matter of `observables`; here is what the movements say. The same
transfer: equal ends, one currency, amounts within half a per cent (fees), at most three days apart. Onward: what came
in on an account went out of it within thirty days. A payment reference is what payer and payee both wrote. A card is
known by its issuer and last four digits alone, which one in ten thousand of that issuer's cards shares: a hint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from oureyes.model.findings import Key, Match
from oureyes.model.instants import day_of
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.ports import Example
from oureyes.model.transfers import TYPE, Transfer, card, transfer_of

__all__ = ["EXAMPLES", "NAME", "PARTIAL", "TYPES", "compare", "keys"]

NAME = "money"
PARTIAL = True  # an account has many transfers, and every one of them may be the other half

TYPES = frozenset([TYPE, "identity", "payment-card"])
_FEES = Decimal("0.005")
_SAME_DAYS, _ONWARD_DAYS = 3, 30


def keys(obj: StixObject) -> Iterable[Key]:
    if obj.content["type"] not in TYPES:
        return ()
    return tuple(dict.fromkeys(_keys(obj.content)))


def compare(left: StixObject, right: StixObject) -> Match | None:
    """The strongest of what their movements have in common."""
    one, other = transfer_of(left.content), transfer_of(right.content)
    met = _transfers(one, other) if one and other else None
    met = met or _cards(left.content, right.content)
    if met is None:
        return None
    score, reason, key, kind = met
    return Match(left.id, right.id, NAME, score, reason, key, kind)


_Met = tuple[float, str, str, str]


def _keys(content: Mapping[str, Any]) -> Iterator[Key]:
    moved = transfer_of(content)
    if moved is not None:
        yield from (Key(NAME, f"money:{end}", "transfer") for end in (moved.source, moved.target) if end)
        if moved.reference:
            yield Key(NAME, f"money:reference:{moved.reference}", "payment-reference")
    yield from (Key(NAME, f"money:{one}", "card") for one in sorted(_cards_of(content)))


def _transfers(one: Transfer, other: Transfer) -> _Met | None:
    one, other = sorted((one, other), key=_order)
    return _same(one, other) or _onward(one, other) or _onward(other, one) or _referenced(one, other)


def _order(moved: Transfer) -> tuple[object, ...]:
    """All that is said of it: what is sorted by less is told one way from one side and another from the other."""
    return moved.at, moved.source, moved.target, moved.amount, _amount(moved), moved.reference


def _same(one: Transfer, other: Transfer) -> _Met | None:
    if one.currency != other.currency or not _equal(one.amount, other.amount) or not _ends_agree(one, other):
        return None
    if not 0 <= abs(_days(one, other)) <= _SAME_DAYS:
        return None
    first, second = sorted((_said(one), _said(other)))
    ends = " → ".join(_shown(max(pair)) for pair in ((one.source, other.source), (one.target, other.target)))
    return 0.95, f"one transfer told by both: {first} and {second}, {ends}", _pair(one, other), "transfer"


def _ends_agree(one: Transfer, other: Transfer) -> bool:
    """At least one account known to both is the same, and none is another."""
    pairs = [(one.source, other.source), (one.target, other.target)]
    known = [(a, b) for a, b in pairs if a and b]
    return bool(known) and all(a == b for a, b in known)


def _onward(first: Transfer, then: Transfer) -> _Met | None:
    if not first.target or first.target != then.source or not 0 <= _days(first, then) <= _ONWARD_DAYS:
        return None
    days = _days(first, then)
    when = "the same day" if not days else f"{days} day{'s' if days > 1 else ''} later"
    said = f"{_said(first)} came in on {_shown(first.target)}; {when} {_amount(then)} went on"
    return round(0.85 - 0.01 * days, 2), said, _pair(first, then), "transfer"


def _referenced(one: Transfer, other: Transfer) -> _Met | None:
    if not one.reference or one.reference != other.reference:
        return None
    key = f"money:reference:{one.reference}"
    return 0.8, f"both were paid under the reference {one.reference}", key, "payment-reference"


def _cards(left: Mapping[str, Any], right: Mapping[str, Any]) -> _Met | None:
    shared = sorted(_cards_of(left) & _cards_of(right))
    if not shared:
        return None
    said = f"both name a card {_shown(shared[0])}: its issuer and last four digits, which others share"
    return 0.4, said, f"money:{shared[0]}", "card"


def _cards_of(content: Mapping[str, Any]) -> frozenset[str]:
    found: set[str] = {str(content.get(name)) for name in ("source", "target") if content.get("type") == TYPE}
    if content.get("type") == "payment-card" and isinstance(content.get("card_number"), str):
        found.add(card(content["card_number"]) or "")
    extensions = content.get("extensions")
    ours = extensions.get(EXTENSIONS["observables"]) if isinstance(extensions, dict) else None
    listed = ours.get("cards") if isinstance(ours, dict) else None
    found.update(str(one) for one in (listed if isinstance(listed, list) else ()))
    return frozenset(one for one in found if one.startswith("card:"))


def _days(first: Transfer, then: Transfer) -> int:
    """How many days lie between; far apart where either day is not known."""
    try:
        return (date.fromisoformat(day_of(then.at)) - date.fromisoformat(day_of(first.at))).days
    except ValueError:
        return -10_000


def _equal(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _FEES * max(one, other)


def _amount(moved: Transfer) -> str:
    return f"{moved.amount:,f} {moved.currency}".strip()


def _said(moved: Transfer) -> str:
    return f"{_amount(moved)} on {moved.at[:10]}"


def _shown(end: str) -> str:
    kind, _, value = end.partition(":")
    return value.replace(":", "…") if kind == "card" else value or "an account not named"


def _pair(one: Transfer, other: Transfer) -> str:
    """One match for each pair of movements that two sources tell of."""
    return "money:" + "|".join(sorted(f"{m.source}>{m.target}@{m.at[:10]}={m.amount}" for m in (one, other)))


_SAFE, _NEXT = "cryptocurrency-wallet:trx:TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY", "iban:GB33BUKB20201555555555"


def _moved(amount: str, currency: str, day: str, source: str, target: str, reference: str = "") -> dict[str, object]:
    made = Transfer(Decimal(amount), currency, f"{day}T00:00:00.000Z", source, target, reference=reference)
    return made.content(f"{TYPE}--00000000-0000-4000-8000-000000000003", "2026-09-02T00:00:00.000Z")


def _card(number: str) -> dict[str, object]:
    identifier = "payment-card--00000000-0000-4000-8000-000000000004"
    return {"type": "payment-card", "id": identifier, "card_number": number}


EXAMPLES: Sequence[Example] = (
    Example(_moved("48000", "THB", "2026-09-02", "", _SAFE), _moved("1370", "USDT", "2026-09-03", _SAFE, ""), True),
    Example(_moved("48000", "THB", "2026-09-02", "", _SAFE), _moved("47950", "THB", "2026-09-03", _NEXT, _SAFE), True),
    Example(_moved("48000", "THB", "2026-09-02", "", _SAFE), _moved("1370", "USDT", "2026-08-30", _SAFE, ""), False),
    Example(_moved("48000", "THB", "2026-09-02", "", _SAFE), _moved("48000", "THB", "2026-09-02", _SAFE, ""), True),
    Example(_moved("48000", "THB", "2026-09-02", "", _SAFE), _moved("9000", "THB", "2026-09-02", "", _SAFE), False),
    Example(
        _moved("5", "SGD", "2026-09-02", "", _SAFE, "INV20260901"),
        _moved("7", "MYR", "2026-09-09", _NEXT, "", "INV20260901"),
        True,
    ),
    Example(_card("4111 1111 1111 1111"), _card("411111******1111"), True),
    Example(_card("4111 1111 1111 1111"), _card("411111******1112"), False),
)
