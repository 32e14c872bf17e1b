"""One question to one holder, as the asker keeps it: blinds of its own, fillers, and what it was about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oureyes.correlate.blind import voprf
from oureyes.correlate.blind.messages import Question, padded_batch, read_answer
from oureyes.correlate.blind.selectors import Selector
from oureyes.errors import InvalidObject

__all__ = ["Asked", "ask"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was blinded how. Used once: another holder, or another time, needs fresh blinds."""

    question: Question
    selectors: tuple[Selector, ...]
    inputs: tuple[bytes, ...] = field(repr=False)
    scalars: tuple[bytes, ...] = field(repr=False)

    def outputs(self, raw: bytes, public: bytes) -> tuple[dict[Selector, bytes], int, int]:
        """(selector → output, serial of the holder's list, questions left), once the proof holds for `public`."""
        answer = read_answer(raw, len(self.question.elements))
        found = voprf.finalize(
            self.inputs,
            self.scalars,
            self.question.elements,
            answer.elements,
            answer.proof,
            public,
        )
        return dict(zip(self.selectors, found, strict=True)), answer.serial, answer.left


def ask(selectors: Sequence[Selector], epoch: str, said: Mapping[str, str]) -> Asked:
    """Blind selectors of one kind, and fill the batch up with things that stand for nothing. `said` are purpose, basis
    and case."""
    kinds = {one.kind for one in selectors}
    if len(kinds) != 1:
        raise InvalidObject("question", "selectors of one kind", f"{len(kinds)}")
    inputs = tuple(one.input for one in selectors)
    scalars = tuple(voprf.random_scalar() for _ in range(padded_batch(len(inputs))))
    elements = tuple(voprf.blind(value, scalar) for value, scalar in zip(inputs, scalars, strict=False))
    fillers = tuple(voprf.filler(scalar) for scalar in scalars[len(inputs) :])
    return Asked(Question(kinds.pop(), epoch, **said, elements=elements + fillers), tuple(selectors), inputs, scalars)
