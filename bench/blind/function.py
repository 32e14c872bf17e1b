"""What is computed: a question to ten partners of a million keys each, a filter, its set-up; beside another
implementation of RFC 9497 in the same run."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.figures import Figure, cpu_seconds
from oureyes.correlate import blind
from oureyes.node import Node
from oureyes.storage import filters

__all__ = ["figures"]

_MANY, _SET_UP, _PARTNERS, _KEYS = 1_000_000, 20_000, 10, 512
_SAID = {"purpose": "investigation", "basis": "treaty", "case": "0" * 64}


def figures() -> Iterator[Figure]:
    """The asker and the holder, apart and together; the line's round trip comes on top."""
    key = blind.derive_key(os.urandom(32), b"phone")
    filter_ = _a_filter(key)
    yield Figure("filter of 1 M keys, padding included", len(filter_.raw) / _MANY, "bytes/key", aim="≤ 5.5")
    yield Figure("chance that a key not put in is found", blind.FALSE_POSITIVES * 1e12, "of 10¹²", aim="≤ 1")
    yield Figure("filter of 1 M keys, opened", cpu_seconds(lambda: blind.Filter(filter_.raw), 3) * 1e3, "ms")
    yield Figure("ten such filters, first read from the encrypted database", _cold(filter_), "ms")
    yield from _set_up(key)
    yield from _question(key, filter_)
    yield from _batch(key)


def _a_filter(key: blind.PrivateKey) -> blind.Filter:
    """A million outputs: a few of values, the others as random as outputs are (their computing is measured apart)."""
    chosen = random.Random(1)
    real = [blind.evaluate_known(key, one.input)[: blind.KEPT] for one in _phones(8)]
    some = (chosen.randbytes(blind.KEPT) for _ in range(_MANY - len(real)))
    size = blind.padded_size(_MANY)
    return blind.Filter.of([*real, *some, *blind.fillers(bytes(32), _MANY, size)])


def _cold(filter_: blind.Filter) -> float:
    """What the first question after a start pays besides; a node that runs on keeps them open."""
    part, at = filters.Stored("phone", 0, "2026-11", filter_.size, 0, "a"), "2026-11-24T00:00:00Z"
    with tempfile.TemporaryDirectory() as folder, Node.init(Path(folder) / "PH", "PH") as node:
        work = partial(filters.put_part, origin="ID", audience="PH", part=part, raw=filter_.raw, at=at)
        node.ctx.db.write(work)
        with node.ctx.db.read() as connection:
            read = partial(filters.body, connection, "ID", "PH", "a")
            return cpu_seconds(lambda: blind.Filter(read() or b"")) * _PARTNERS * 1e3


def _phones(count: int) -> list[blind.Selector]:
    return [blind.Selector("phone", f"phone-number:+62812{place:08}") for place in range(count)]


def _set_up(key: blind.PrivateKey) -> Iterator[Figure]:
    """Measured on 20,000 and multiplied: the work is the same for each."""
    inputs = [one.input for one in _phones(_SET_UP)]
    ours = cpu_seconds(lambda: [blind.evaluate_known(key, one) for one in inputs]) * _MANY / _SET_UP
    packed = cpu_seconds(lambda: _a_filter(key))
    name, peer = _peer(inputs)
    yield Figure("set-up of 1 M keys, from 20,000: outputs", ours, "s", name, peer, "≤ 120 with the next line")
    yield Figure("set-up of 1 M keys: the filter", packed, "s")


def _peer(inputs: list[bytes]) -> tuple[str, float | None]:
    try:
        from voprf import ristretto
    except ImportError:
        return "", None
    theirs = ristretto.Evaluator.from_seed(os.urandom(32), b"phone")
    spent = cpu_seconds(lambda: [theirs.evaluate_known_input(one) for one in inputs])
    return "voprf (Rust)", spent * _MANY / len(inputs)


def _question(key: blind.PrivateKey, filter_: blind.Filter) -> Iterator[Figure]:
    selector = _phones(1)[0]

    def asked() -> list[blind.Asked]:
        return [blind.ask([selector], "2026-11", _SAID) for _ in range(_PARTNERS)]

    def answered(one: blind.Asked) -> bytes:
        elements, proof = blind.evaluate(key, one.question.elements)
        return blind.Answer(1, 1, tuple(elements), proof).raw

    def looked_up(questions: list[blind.Asked], answers: list[bytes]) -> None:
        for one, raw in zip(questions, answers, strict=True):
            assert one.outputs(raw, key.public)[0][selector] in filter_

    questions = asked()
    answers = [answered(one) for one in questions]
    ask = cpu_seconds(asked, 5)
    settle = cpu_seconds(lambda: looked_up(questions, answers), 5)
    answer = cpu_seconds(lambda: answered(questions[0]), 5)
    started = time.perf_counter()
    fresh = asked()
    looked_up(fresh, [answered(one) for one in fresh])
    whole = time.perf_counter() - started
    total = (ask + settle + answer) * 1e3
    yield Figure("1 question to 10 partners with 1 M keys each: asker and one holder", total, "ms", aim="≤ 50 + 1 RTT")
    yield Figure("  of that the asker, for all ten", (ask + settle) * 1e3, "ms")
    yield Figure("  of that each holder, all at once", answer * 1e3, "ms")
    yield Figure("  the same with all ten holders on this one core, by the clock", whole * 1e3, "ms")
    sent = len(questions[0].question.raw) + len(answers[0])
    yield Figure("  bytes there and back, each partner", sent, "bytes")


def _batch(key: blind.PrivateKey) -> Iterator[Figure]:
    """A batch of 512, as both implementations do it."""
    selectors = _phones(_KEYS)
    asked = blind.ask(selectors, "2026-11", _SAID)
    evaluated, proof = blind.evaluate(key, asked.question.elements)
    raw = blind.Answer(1, 1, tuple(evaluated), proof).raw
    ours = (
        cpu_seconds(lambda: blind.ask(selectors, "2026-11", _SAID)),
        cpu_seconds(lambda: blind.evaluate(key, asked.question.elements)),
        cpu_seconds(lambda: asked.outputs(raw, key.public)),
    )
    name, theirs = _peer_batch([one.input for one in selectors])
    for place, what in enumerate(("blinded", "evaluated with its proof", "verified and finished")):
        peer = theirs[place] * 1e3 if theirs else None
        yield Figure(f"batch of 512 {what}", ours[place] * 1e3, "ms", name, peer)


def _peer_batch(inputs: list[bytes]) -> tuple[str, tuple[float, float, float] | None]:
    try:
        from voprf import ristretto
    except ImportError:
        return "", None
    theirs = ristretto.Evaluator.from_seed(os.urandom(32), b"phone")
    clients = [ristretto.Client.blind(one) for one in inputs]
    answer = theirs.evaluate_batch([blinded for _, blinded in clients])
    public = theirs.public_key
    return "voprf (Rust)", (
        cpu_seconds(lambda: [ristretto.Client.blind(one) for one in inputs]),
        cpu_seconds(lambda: theirs.evaluate_batch([blinded for _, blinded in clients])),
        cpu_seconds(lambda: ristretto.Client.finalize_batch([client for client, _ in clients], answer, public)),
    )
