"""What the steps of the story share: the nodes, the case, who acts, and how things are found again and said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from oureyes.errors import NotHeld
from oureyes.interfaces.demo.case import Case
from oureyes.interfaces.demo.federation import STATES, Federation
from oureyes.interfaces.demo.proof import Telling
from oureyes.model.findings import Alert
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.node import Node
from oureyes.node.holding import Held, current

__all__ = [
    "APPROVER",
    "AUDITOR",
    "AUTHOR",
    "CONCERNED",
    "DESK",
    "HOME",
    "PARTNERS",
    "Stage",
    "WHY",
    "alerts_about",
    "count_naming",
    "held_from",
    "in_ms",
    "own_ids",
    "raw_of",
    "reticent",
]

HOME, CONCERNED = "ID", ("MY", "SG", "VN")
PARTNERS = tuple(member for member in STATES if member != HOME)
AUTHOR, APPROVER, AUDITOR = "ayu", "budi", "auditor"
DESK = {"MY": ("aziz", "mei"), "SG": ("lim", "devi"), "VN": ("hoa", "minh"), "TH": ("kamon", "wichai")}
WHY = "investigation"


@dataclass
class Stage:
    """What the steps share: the nodes, the case, who is told, and what a later step must find again."""

    states: Federation
    case: Case
    tell: Telling
    promised: dict[str, dict[str, StixObject]] = field(default_factory=dict)  # state → our id → what it was sent
    marking: Marking = field(default_factory=Marking)
    released_at: float = 0.0
    trip_s: float = 0.0
    plan_id: str = ""
    phone: str = ""  # the number that is retracted, as matches are kept by it

    def node(self, member: str) -> Node:
        return self.states.nodes[member]

    @property
    def home(self) -> Node:
        return self.states.nodes[HOME]


def reticent(node: Node) -> Marking:
    """A report that stays here, and may say that it was met: its originator learns of a match, and nothing else."""
    return node.ctx.default_marking().but(hit_no_hit=True, answers_to=frozenset(node.roster.members))


def own_ids(node: Node) -> list[str]:
    """Everything the node's own state says, that stands."""
    return [hit.id for hit in node.search(f"from:{node.member}", by=AUDITOR, purpose="oversight", limit=1000)]


def held_from(node: Node, identifier: str, origin: str) -> Held:
    """What the node holds of an id, as one originator says it."""
    found = [one for one in current(node.ctx, [identifier]).get(identifier, ()) if one.origin == origin]
    if not found:
        raise NotHeld(identifier, f"an object of {origin}", "none")
    return found[0]


def raw_of(node: Node, identifier: str, origin: str) -> bytes:
    return held_from(node, identifier, origin).object.raw


def count_naming(stage: Stage, member: str, word: str) -> int:
    """How many matches the node has with an object of the case, by the word the case has for it."""
    return len(stage.node(member).matches(identifier=stage.case.ids[word]))


def alerts_about(alerts: Iterable[Alert], identifier: str) -> list[Alert]:
    return [alert for alert in alerts if identifier in alert.objects]


def in_ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 2 else f"{seconds:.1f} s"
