"""One question to one holder, as the asker keeps it: blinds of its own, fillers, and what it was about."""

from __future__ import annotations

import os
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
        answer = read_answer(raw, len(self.inputs))
        found = voprf.finalize(
            self.inputs,
            self.scalars,
            self.question.elements,
            answer.elements,
            answer.proof,
            public,
            len(self.selectors),
        )
        return dict(zip(self.selectors, found, strict=True)), answer.serial, answer.left


def ask(selectors: Sequence[Selector], epoch: str, said: Mapping[str, str]) -> Asked:
    """Blind selectors of one kind, and fill the batch up with things that stand for nothing. `said` are purpose, basis
    and case."""
    kinds = {one.kind for one in selectors}
    if len(kinds) != 1:
        raise InvalidObject("question", "selectors of one kind", f"{len(kinds)}")
    size = padded_batch(len(selectors))
    inputs = (*(one.input for one in selectors), *(os.urandom(32) for _ in range(size - len(selectors))))
    scalars = tuple(voprf.random_scalar() for _ in inputs)
    elements = tuple(voprf.blind(value, scalar) for value, scalar in zip(inputs, scalars, strict=True))
    return Asked(Question(kinds.pop(), epoch, **said, elements=elements), tuple(selectors), inputs, scalars)
