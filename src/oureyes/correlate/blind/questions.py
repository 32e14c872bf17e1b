"""One question to one holder, as the asker keeps it: blinds of its own, fillers, and what it was about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oureyes.correlate.blind import voprf
from oureyes.correlate.blind.messages import Question, padded_batch, read_answer
from oureyes.correlate.blind.selectors import Selector
from oureyes.errors import InvalidObject

__all__ = ["Asked", "Blinds", "ask", "draw"]


@dataclass(frozen=True, slots=True)
class Blinds:
    """Selectors of one kind, blinded and filled up to a batch. For one question to one holder, and never again."""

    selectors: tuple[Selector, ...]
    inputs: tuple[bytes, ...] = field(repr=False)
    scalars: tuple[bytes, ...] = field(repr=False)
    elements: tuple[bytes, ...]

    def asked(self, epoch: str, said: Mapping[str, str]) -> Asked:
        """The question; `said` are purpose, basis and case."""
        return Asked(Question(self.selectors[0].kind, epoch, **said, elements=self.elements), self)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was blinded how."""

    question: Question
    blinds: Blinds

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """What it is about."""
        return self.blinds.selectors

    def serial(self, raw: bytes) -> int:
        """The number of the holder's list, as the answer says it: no proof covers that."""
        return read_answer(raw, len(self.question.elements)).serial

    def outputs(self, raw: bytes, public: bytes) -> tuple[dict[Selector, bytes], int, int]:
        """(selector → output, serial of the holder's list, questions left), once the proof holds for `public`."""
        mine, answer = self.blinds, read_answer(raw, len(self.question.elements))
        found = voprf.finalize(mine.inputs, mine.scalars, self.question.elements, answer.elements, answer.proof, public)
        return dict(zip(mine.selectors, found, strict=True)), answer.serial, answer.left


def draw(selectors: Sequence[Selector]) -> Blinds:
    """Blind selectors of one kind, and fill the batch up with what stands for nothing. It takes longer for more of
    them, so nothing that others see may wait for it."""
    if len({one.kind for one in selectors}) != 1:
        raise InvalidObject("question", "selectors of one kind", f"{len({one.kind for one in selectors})}")
    inputs = tuple(one.input for one in selectors)
    scalars = tuple(voprf.random_scalar() for _ in range(padded_batch(len(inputs))))
    elements = tuple(voprf.blind(value, scalar) for value, scalar in zip(inputs, scalars, strict=False))
    fillers = tuple(voprf.filler(scalar) for scalar in scalars[len(inputs) :])
    return Blinds(tuple(selectors), inputs, scalars, elements + fillers)


def ask(selectors: Sequence[Selector], epoch: str, said: Mapping[str, str]) -> Asked:
    """A question about selectors of one kind, blinded here and now."""
    return draw(selectors).asked(epoch, said)
