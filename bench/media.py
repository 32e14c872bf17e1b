"""Pictures among a million hashes: exactly, in one position and in all eight; beside comparing with all of them."""

from __future__ import annotations

import importlib.util
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import Figure, cpu_seconds
from oureyes.correlate import media
from oureyes.model.mediahashes import Picture, media_object, pdq_text
from oureyes.model.objects import StixObject
from oureyes.node import Node
from oureyes.record.media import hashed

__all__ = ["figures"]

_MANY, _ASKED, _BITS = 1_000_000, 100, 31
_IN_A_NODE = 2_000


def figures(data: Path) -> Iterator[Figure]:
    """Search, recall, hashing, and the way through a node; nothing where the extra is not installed."""
    if importlib.util.find_spec("pdqhash") is None:
        yield Figure(
            "media: pdqhash is not installed, nothing measured", 0, "lines", aim="`make test-media` installs it"
        )
        return
    from oureyes.correlate.hashindex import HashIndex

    chosen = random.Random(1)
    hashes = [chosen.getrandbits(256) for _ in range(_MANY)]
    index = HashIndex(hashes)
    asked = [_changed(hashes[at], chosen) for at in (chosen.randrange(_MANY) for _ in range(_ASKED))]
    plain = _every_one(hashes)
    ours, peer = _each(index.near, asked), _each(plain, asked[:10])
    yield Figure("PDQ among 1 M", ours, "ms/question", "numpy, all of them", peer, "≤ 1.5 ms")
    yield Figure("PDQ among 1 M, eight positions", _each(index.anyhow, asked[:20]), "ms/question")
    found = sum(bool(index.near(one)) for one in asked) / _ASKED
    yield Figure("PDQ recall at 31 bits", found, "share", aim="1.0")
    yield Figure("PDQ index of 1 M", index.size / 1e6, "MB")
    yield Figure(f"a picture meets {_IN_A_NODE} in a node", _in_a_node(chosen), "ms/picture")
    yield from _pictures(data)


def _changed(value: int, chosen: random.Random) -> int:
    for bit in chosen.sample(range(256), _BITS):
        value ^= 1 << bit
    return value


def _each(ask: Callable[[int], object], asked: list[int]) -> float:
    return cpu_seconds(lambda: [ask(one) for one in asked]) / len(asked) * 1e3


def _every_one(hashes: list[int]) -> Callable[[int], object]:
    import numpy as np

    table = np.frombuffer(b"".join(one.to_bytes(32, "big") for one in hashes), dtype=">u8").astype(np.uint64)
    table = table.reshape(-1, 4)

    def ask(value: int) -> object:
        row = np.frombuffer(value.to_bytes(32, "big"), dtype=">u8").astype(np.uint64)
        return np.flatnonzero(np.bitwise_count(table ^ row).sum(axis=1) <= _BITS)

    return ask


def _in_a_node(chosen: random.Random) -> float:
    """CPU of recording one more hash where so many are held: looked up, compared, stored, audited."""
    values = [chosen.getrandbits(256) for _ in range(_IN_A_NODE)]
    with tempfile.TemporaryDirectory() as folder, Node.init(Path(folder) / "ID", "ID") as node:
        bank = Path(folder) / "bank.txt"
        bank.write_text("".join(f"pdq {pdq_text(one)}\n" for one in values))
        node.record([bank], by="bench")
        fresh = [media_object({}, picture=Picture(pdq_text(_changed(one, chosen)), 100)) for one in values[:20]]
        marking = node.ctx.default_marking()
        spent = cpu_seconds(
            lambda: [node.record_objects([one], by="bench", marking=marking, source=one.id) for one in fresh]
        )
        assert len(node.matches(limit=1000)) >= len(fresh)
    return spent / len(fresh) * 1e3


def _pictures(data: Path) -> Iterator[Figure]:
    """Re-uploads of the shared posters that are found, and strangers that are (none should be)."""
    files = sorted((data / "media/posters").glob("*.jpg")) + sorted((data / "media/other").glob("*.jpg"))
    if not files:
        return
    found = [one for one in hashed(files) if isinstance(one, StixObject)]
    originals = {file.name[:4]: one for file, one in zip(files, found, strict=True) if "original" in file.name}
    edits = [(originals[f.name[:4]], one) for f, one in zip(files, found, strict=True) if f.name[:4] in originals]
    crops = sum("crop" in file.name for file in files)
    met = sum(media.compare(one, other) is not None for one, other in edits)
    yield Figure("edited posters that meet the original, crops apart", met / (len(edits) - crops), "share", aim="1.0")
    same = strangers = all_same = 0
    for at, (file, one) in enumerate(zip(files, found, strict=True)):
        for other_file, other in zip(files[:at], found[:at], strict=True):
            alike = file.name[:4] == other_file.name[:4] and "crop" not in file.name + other_file.name
            met = media.compare(one, other) is not None
            all_same, same, strangers = all_same + alike, same + (alike and met), strangers + (met and not alike)
    yield Figure("edited posters that meet each other, crops apart", same / all_same, "share")
    yield Figure("strangers put together", strangers, "pairs", aim="0")
