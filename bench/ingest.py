"""(a) Full ingest: decode, check, store, index, correlate, audit; beside decoding alone, stix2's MemoryStore, and a
bare decode-and-insert into plain SQLite."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

import orjson
import stix2

from bench.figures import Figure, cpu_seconds
from oureyes.node import Node

__all__ = ["figures"]

_SPACE = UUID("6f0c1a52-3c1b-4d0e-9a51-6f6f6f000002")
_AT = "2026-11-20T08:00:00.000Z"


def figures(data: Path) -> Iterator[Figure]:
    """For each corpus: ours and the peers'."""
    for name, raw in _corpora(data):
        count = len(orjson.loads(raw)["objects"])
        ours = count / _ours(raw)
        decode = count / cpu_seconds(partial(orjson.loads, raw), 3)
        bare = count / cpu_seconds(partial(_bare, raw))
        sample = random.Random(1).sample(orjson.loads(raw)["objects"], min(count, 1500))
        memory = len(sample) / cpu_seconds(partial(_memory_store, orjson.dumps({"objects": sample})))
        yield Figure(f"ingest {name}", ours, "objects/cpu-s", "orjson decode alone", decode, "≥ 8,000")
        yield Figure(f"ingest {name} / MemoryStore", ours, "objects/cpu-s", "stix2.MemoryStore.add", memory, "≥ 4 ×")
        yield Figure(f"ingest {name} / bare", ours, "objects/cpu-s", "orjson + plain sqlite insert", bare)


def _corpora(data: Path) -> Iterator[tuple[str, bytes]]:
    attack = data / "stix/attack/enterprise-attack-18.1.json.gz"
    if attack.exists():
        yield "ATT&CK", gzip.decompress(attack.read_bytes())
        pegasus = orjson.loads(gzip.decompress((data / "stix/amnesty/2021-07-18_nso__pegasus.stix2.gz").read_bytes()))
        yield "indicators", orjson.dumps(pegasus)
    yield "generated", generated(10_000)


def generated(count: int) -> bytes:
    """A bundle of fictional indicators, relationships and one malware."""
    malware = f"malware--{uuid5(_SPACE, 'malware')}"
    common = {"spec_version": "2.1", "created": _AT, "modified": _AT}
    objects: list[dict[str, object]] = [{"type": "malware", "id": malware, "name": "Demo", "is_family": True, **common}]
    for place in range(count // 2):
        indicator = f"indicator--{uuid5(_SPACE, f'i{place}')}"
        pattern = f"[domain-name:value = 'host{place}.relief-{place % 97}.example']"
        more = {"pattern": pattern, "pattern_type": "stix", "valid_from": _AT, "name": f"host {place}"}
        objects.append({"type": "indicator", "id": indicator, **common, **more})
        link = {"relationship_type": "indicates", "source_ref": indicator, "target_ref": malware}
        objects.append({"type": "relationship", "id": f"relationship--{uuid5(_SPACE, f'r{place}')}", **common, **link})
    return orjson.dumps({"type": "bundle", "id": f"bundle--{uuid5(_SPACE, 'b')}", "objects": objects})


def _ours(raw: bytes) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_bytes(raw)
        with Node.init(Path(folder) / "ID", "ID") as node:
            return cpu_seconds(lambda: node.record([file], by="bench"))


def _bare(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(Path(folder) / "bare.db")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute(
            "CREATE TABLE object (n INTEGER PRIMARY KEY, id TEXT, version TEXT, body BLOB, UNIQUE (id, version))"
        )
        rows = ((one["id"], one.get("modified", ""), orjson.dumps(one)) for one in orjson.loads(raw)["objects"])
        with base:
            base.executemany("INSERT INTO object (id, version, body) VALUES (?, ?, ?)", rows)
        base.close()


def _memory_store(raw: bytes) -> None:
    stix2.MemoryStore(allow_custom=True).add(json.loads(raw)["objects"])
