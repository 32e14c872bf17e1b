"""The neutrality gate: what is asked before a notice on a person leaves (INTERPOL Constitution Art. 3; ACCT preamble).

"no" to all opens the gate. "yes" or "unsure" to any needs a second reviewer, who is not the one who answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from oureyes.errors import InvalidObject
from oureyes.model.persons import people

__all__ = ["QUESTIONS", "Answers", "gate", "needed"]

QUESTIONS: Mapping[str, str] = {
    "political": "Is the matter mainly of a political character?",
    "military": "Is the matter mainly of a military character?",
    "religious": "Is the matter mainly of a religious character?",
    "racial": "Is the matter mainly of a racial or ethnic character?",
    "refugee": "Is the person a recognised refugee or asking for asylum?",
    "minor": "Is the person a minor?",
}
_GATED = frozenset({"x-oureyes-notice"})


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answered what, and who reviewed it."""

    by: str
    answers: Mapping[str, str] = field(default_factory=dict)
    reviewer: str = ""
    cleared: bool = False

    def __post_init__(self) -> None:
        for question, answer in self.answers.items():
            if question not in QUESTIONS or answer not in ("no", "yes", "unsure"):
                raise InvalidObject(f"neutrality answer {question[:40]}", "a known question answered no, yes or unsure")
        if self.reviewer and len(people((self.reviewer, self.by))) < 2:
            raise InvalidObject("neutrality review", "a reviewer who is not the one who answered", self.by)


def needed(kind: str) -> bool:
    """Whether objects of this STIX type pass the gate before they leave."""
    return kind in _GATED


def gate(kind: str, answers: Answers | None) -> str | None:
    """Why the gate is shut, in words; None when it is open or not needed."""
    if not needed(kind):
        return None
    if answers is None:
        return "the neutrality questions have not been answered"
    open_questions = [question for question in QUESTIONS if question not in answers.answers]
    if open_questions:
        return f"neutrality questions not answered: {', '.join(open_questions)}"
    doubts = [question for question in QUESTIONS if answers.answers[question] != "no"]
    if doubts and not (answers.reviewer.strip() and answers.cleared):
        return f"neutrality in doubt ({', '.join(doubts)}): a second reviewer must clear it"
    return None
