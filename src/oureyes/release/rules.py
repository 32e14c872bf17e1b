"""Who may have it: one pure function, read top down as policy is read.

Every rule is a line of `_RULES`: it answers with the reason for a refusal, or None. All must agree; the first to
refuse gives the reason. Nothing permits: what no list names, nobody gets. So tightening any part of a marking can
only take readers away (tests/release/test_rules.py states it as a property).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from oureyes.model.instants import nanoseconds
from oureyes.model.markings import TLP, Handling, Marking, Onward, Role
from oureyes.model.objects import StixObject
from oureyes.model.persons import people, person
from oureyes.model.sharing import Decision, Recipient
from oureyes.release import neutrality, tearline

__all__ = ["CRIME_PURPOSES", "PURPOSES", "Policy", "decide", "refusal", "silence"]

# Why something is released, asked or read (INTERPOL Rules on the Processing of Data, Art. 10; narrowed to ours).
CRIME_PURPOSES = frozenset({"prevention", "detection", "investigation", "prosecution", "public-security"})
PURPOSES = CRIME_PURPOSES | {"oversight", "strategy", "training", "exercise", "correction"}


@dataclass(frozen=True, slots=True)
class Policy:
    """A node's own settings. `two_person_from` is the TLP from which the author alone may not release.
    `extract_key` makes ids of extracts that nobody else can link back. `definitions`: the granular markings known."""

    me: str = ""
    two_person_from: TLP = TLP.AMBER
    extract_key: bytes = b""
    definitions: Mapping[str, Marking] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Case:
    marking: Marking
    recipient: Recipient
    purpose: str
    at: int
    policy: Policy
    author: str
    approvals: frozenset[str]
    consents: frozenset[str]


def _purpose(case: _Case) -> str | None:
    if case.purpose not in PURPOSES:
        return f"the purpose {case.purpose or '(none)'} is not one of {', '.join(sorted(PURPOSES))}"
    return None


def _handling(case: _Case) -> str | None:
    # H0 is the widest code: crime purposes, and the work that serves them inside the partnership.
    ours = not case.recipient.outside and not _foreign(case)  # a state's own courts are its own matter
    if case.marking.handling is Handling.H1 and case.purpose == "prosecution" and not ours:
        return "H1: not in judicial proceedings without the originator's consent"
    if case.marking.handling is Handling.H3 and not case.marking.conditions:
        return "H3 without its conditions written out"
    return None


def _embargo(case: _Case) -> str | None:
    # an embargo is on releasing; who recorded it may work with it
    if case.marking.embargo and case.recipient.outside and case.at < nanoseconds(case.marking.embargo):
        return f"under embargo until {case.marking.embargo}"
    return None


def _expiry(case: _Case) -> str | None:
    # at home it is shown, as expired: who recorded it must be able to see and prolong it
    bound = case.recipient.outside or _foreign(case)
    if case.marking.expires and bound and case.at >= nanoseconds(case.marking.expires):
        return f"expired on {case.marking.expires}"
    return None


def _red(case: _Case) -> str | None:
    if case.marking.tlp is TLP.RED and case.recipient.outside:
        return "TLP:RED does not leave this node; mark a tear-line, or let it answer hit/no-hit"
    return None


def _ceiling(case: _Case) -> str | None:
    if case.marking.tlp > case.recipient.ceiling:
        return f"{case.marking.tlp.label} is above {case.recipient.id}'s {case.recipient.ceiling.label}"
    return None


def _foreign(case: _Case) -> bool:
    return case.marking.originator not in ("", case.policy.me)


def _audience(case: _Case) -> str | None:
    # an originator's consent names a recipient for what is the originator's; nobody else's list is touched by it
    if not case.recipient.outside or (_foreign(case) and case.recipient.id in case.consents):
        return None
    if not case.marking.releasable_to:
        return "nobody is named as a recipient"
    if not case.recipient.names & case.marking.releasable_to:
        return f"{case.recipient.id} is not among the recipients named"
    return None


def _onward(case: _Case) -> str | None:
    if not case.recipient.outside or not _foreign(case) or case.recipient.id == case.marking.originator:
        return None
    if case.marking.tlp is TLP.AMBER_STRICT:
        return f"{case.marking.tlp.label} from {case.marking.originator} stays with its recipient"
    if case.marking.onward is Onward.FREE and case.marking.handling is not Handling.H2:
        return None
    if case.marking.onward is not Onward.NONE and case.recipient.id in case.consents:
        return None
    return f"{case.marking.originator} has not consented to passing it on to {case.recipient.id}"


def _two_persons(case: _Case) -> str | None:
    if not case.recipient.outside or case.marking.tlp < case.policy.two_person_from:
        return None
    others = people(case.approvals) - {person(case.author)}
    if not case.author or not others:
        return f"{case.marking.tlp.label} needs two people: {case.author or 'the author'} and another who approves"
    return None


_RULES: tuple[Callable[[_Case], str | None], ...] = (
    _purpose,
    _handling,
    _embargo,
    _expiry,
    _red,
    _ceiling,
    _audience,
    _onward,
    _two_persons,
)


def _crime_purpose(case: _Case) -> str | None:
    if case.purpose not in CRIME_PURPOSES:
        return f"the purpose {case.purpose or '(none)'} is not one of {', '.join(sorted(CRIME_PURPOSES))}"
    return None


def _answering(case: _Case) -> str | None:
    if not case.marking.hit_no_hit:
        return "it may not answer hit/no-hit"
    if not case.recipient.names & (case.marking.releasable_to | case.marking.answers_to):
        return f"{case.recipient.id} is not among those it may answer"
    return None


def _own(case: _Case) -> str | None:
    # what another state gave us is that state's to answer for: it publishes its own
    return f"it is {case.marking.originator}'s to answer" if _foreign(case) else None


def _sought(case: _Case) -> str | None:
    # Directive (EU) 2016/680 Art. 6: a victim or witness is not searched for as a suspect is
    return f"the {case.marking.role} is not searched for" if case.marking.role in (Role.VICTIM, Role.WITNESS) else None


_SILENCES: tuple[Callable[[_Case], str | None], ...] = (
    _crime_purpose,
    _handling,
    _embargo,
    _expiry,
    _answering,
    _own,
    _sought,
)


def silence(marking: Marking, recipient: Recipient, purpose: str, *, at: str, policy: Policy) -> str | None:
    """Why `recipient` may not even learn whether what bears this marking is held; None where hit or no hit may be said.
    Nothing else is: neither TLP nor its ceiling speak here, since RED is what this is for. The default is silence."""
    case = _Case(marking, recipient, purpose, nanoseconds(at), policy, "", frozenset(), frozenset())
    return next((reason for rule in _SILENCES if (reason := rule(case)) is not None), None)


def refusal(
    marking: Marking,
    recipient: Recipient,
    purpose: str,
    *,
    at: str,
    policy: Policy,
    author: str = "",
    approvals: frozenset[str] = frozenset(),
    consents: frozenset[str] = frozenset(),
) -> str | None:
    """Why this marking keeps `recipient` from it; None when nothing does. What bulk work asks once per label.

    `at` is a UTC instant. `consents` are members to whom the originator has signed that it may be passed on.
    """
    case = _Case(marking, recipient, purpose, nanoseconds(at), policy, author, approvals, consents)
    return next((reason for rule in _RULES if (reason := rule(case)) is not None), None)


def decide(
    obj: StixObject,
    marking: Marking,
    recipient: Recipient,
    purpose: str,
    *,
    at: str,
    policy: Policy,
    author: str = "",
    approvals: frozenset[str] = frozenset(),
    consents: frozenset[str] = frozenset(),
    answers: neutrality.Answers | None = None,
    withheld: frozenset[str] = frozenset(),
    replaced: Mapping[str, str] | None = None,
) -> Decision:
    """What `recipient` gets of `obj`, and why: the whole, a tear-line extract, or nothing.

    `withheld` are ids this recipient does not get and `replaced` those it gets as an extract: references to them would
    tell of their existence (an SCO's id even of its value), so they are cut or follow the extract.
    """
    shut = neutrality.gate(obj.type, answers)
    if shut is not None and recipient.outside:
        return Decision(False, shut)

    def why_not(under: Marking) -> str | None:
        return refusal(
            under,
            recipient,
            purpose,
            at=at,
            policy=policy,
            author=author,
            approvals=approvals,
            consents=consents,
        )

    return tearline.cut(obj, marking, why_not, policy.definitions, policy.extract_key, withheld, replaced or {})
