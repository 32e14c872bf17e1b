"""How good a piece of intelligence is: entered once, shown in every partner's scale.

Kept as Admiralty (source A–G × information 1–6), the finest of the four. 4x4 (Europol), 3x5x2 (UK) and the 0–100 of
STIX are views of it; a view that loses a distinction says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from oureyes.errors import InvalidObject

__all__ = ["Grade", "View"]

# source: meaning, 4x4, 3x5x2, and whether the step back would give the same letter
_SOURCES = {
    "A": ("completely reliable", "A", "1"),
    "B": ("usually reliable", "B", "1"),
    "C": ("fairly reliable", "B", "1"),
    "D": ("not usually reliable", "C", "3"),
    "E": ("unreliable", "C", "3"),
    "F": ("reliability cannot be judged", "X", "2"),
    "G": ("deliberately deceptive", "C", "3"),
}
# information: meaning, 4x4, 3x5x2, STIX confidence (STIX 2.1 Appendix A, Admiralty Credibility)
_INFORMATION = {
    "1": ("confirmed by other sources", "1", "A", 90),
    "2": ("probably true", "2", "B", 70),
    "3": ("possibly true", "3", "C", 50),
    "4": ("doubtful", "4", "D", 30),
    "5": ("improbable", "4", "E", 10),
    "6": ("truth cannot be judged", "4", "D", None),
}
_FROM_4X4_SOURCE = {"A": "A", "B": "B", "C": "D", "X": "F"}
_FROM_4X4_INFORMATION = {"1": "1", "2": "2", "3": "3", "4": "6"}


@dataclass(frozen=True, slots=True)
class View:
    """A grade in one scale; `lossy` when another grade would look the same there."""

    text: str
    lossy: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """Admiralty: `source` A–G, `information` 1–6."""

    source: str
    information: str

    def __post_init__(self) -> None:
        if self.source not in _SOURCES or self.information not in _INFORMATION:
            raise InvalidObject(f"grade {self.source}{self.information}"[:40], "A–G and 1–6, as in B2")

    @classmethod
    def admiralty(cls, text: str) -> Grade:
        """From `B2`."""
        if len(text) != 2:
            raise InvalidObject(f"grade {text[:20]}", "an Admiralty grade such as B2")
        return cls(text[0].upper(), text[1])

    @classmethod
    def four_by_four(cls, text: str) -> Grade:
        """From Europol's 4x4, `A1` … `X4`."""
        source, information = _FROM_4X4_SOURCE.get(text[:1].upper()), _FROM_4X4_INFORMATION.get(text[1:])
        if source is None or information is None:
            raise InvalidObject(f"grade {text[:20]}", "a 4x4 grade: A, B, C or X, then 1–4")
        return cls(source, information)

    @property
    def text(self) -> str:
        return self.source + self.information

    @property
    def meaning(self) -> str:
        return f"{_SOURCES[self.source][0]}; {_INFORMATION[self.information][0]}"

    @property
    def judged(self) -> bool:
        """Whether anybody judged it: F6 says nothing either way."""
        return self.text != "F6"

    def views(self) -> dict[str, View]:
        """The grade in every scale."""
        four = _SOURCES[self.source][1] + _INFORMATION[self.information][1]
        three = _SOURCES[self.source][2] + _INFORMATION[self.information][2]
        confidence = _INFORMATION[self.information][3]
        return {
            "admiralty": View(self.text, False),
            "4x4": View(four, Grade.four_by_four(four) != self),
            "3x5x2": View(three, self.source not in "F" or self.information in "46"),
            "stix": View("none" if confidence is None else str(confidence), True),
        }

    @property
    def confidence(self) -> int | None:
        """STIX 0–100, from the information part alone; None where it cannot be judged."""
        return _INFORMATION[self.information][3]
