"""(e) The MISP door: an event of 10,000 attributes taken in, the same as STIX beside misp-stix, and an idle poll."""

from __future__ import annotations

import importlib.util
import logging
import tempfile
import time
from collections.abc import Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
import orjson

from bench.figures import Figure, cpu_seconds, percentile
from bench.nodes import federation
from oureyes.interfaces.misp import reading
from oureyes.interfaces.misp.desk import Desk
from oureyes.interfaces.misp.paths import Call
from oureyes.model.accounts import Account, Caller
from oureyes.model.markings import TLP, Marking
from oureyes.model.ports import Options
from oureyes.node import Node
from oureyes.node.accounts import approve_account, create
from oureyes.node.clusters import Clusters
from oureyes.node.events import Events
from oureyes.node.pushing import Pushing
from oureyes.node.serving import Serving
from oureyes.record import misp

__all__ = ["an_event", "figures"]

_SPACE = UUID("6f0c1a52-3c1b-4d0e-9a51-6f6f6f000003")
_COUNT = 10_000


def figures(data: Path) -> Iterator[Figure]:
    """Import, conversion, poll."""
    event = an_event(_COUNT)
    with tempfile.TemporaryDirectory() as folder:
        node = federation(Path(folder), ["ID"])["ID"]
        serving = Serving(node.ctx)
        desk, caller = _desk(node, serving)
        taken = _COUNT / cpu_seconds(lambda: desk.pushing.add(caller, event))
        parsed = _COUNT / _parsed(event)
        aim = "≥ 10,000"
        yield Figure("MISP import", taken, "attributes/cpu-s", "PyMISP from_dict alone", parsed, aim)
        for number in range(300):
            desk.pushing.add(caller, an_event(3, f"small {number}"))
        call = Call("POST", "", "events", "index", (), {}, {"if-none-match": "x"}, {"minimal": 1, "published": 0})
        times = []
        for _ in range(200):
            began = time.perf_counter()
            reading.ROUTES[("events", "index")].run(desk, call, caller)
            times.append((time.perf_counter() - began) * 1000)
        yield Figure("MISP idle poll, 301 events", percentile(times, 0.5), "ms, median", aim="< 5")
        serving.notes.close()
        node.close()
    yield from _converted(data, event)


def an_event(count: int, name: str = "bench") -> dict[str, Any]:
    """A fictional event."""
    parts = [
        {
            "uuid": str(uuid5(_SPACE, f"{name} {place}")),
            "type": "domain",
            "category": "Network activity",
            "value": f"host{place}.{name.replace(' ', '-')}.example",
            "to_ids": place % 2 == 0,
            "timestamp": "1700000000",
            "comment": "seen in a post",
            **({"Tag": [{"name": "tlp:green"}]} if place % 4 == 0 else {}),
        }
        for place in range(count)
    ]
    head = {"uuid": str(uuid5(_SPACE, name)), "info": name, "date": "2023-11-14", "timestamp": "1700000000"}
    orgc = {"name": "Fictional CERT", "uuid": str(uuid5(_SPACE, "cert"))}
    return {**head, "distribution": "1", "analysis": "2", "threat_level_id": "2", "Orgc": orgc, "Attribute": parts}


def _desk(node: Node, serving: Serving) -> tuple[Desk, Caller]:
    made = Account("bench", speaks_for=frozenset("*"), ceiling=TLP.AMBER, marking=Marking(TLP.GREEN))
    create(node.ctx, made, by="ayu")
    account = approve_account(node.ctx, "bench", by="budi")
    events = Events(node.ctx, serving)
    pushing = Pushing(node.ctx, events)
    return Desk(node.ctx, events, pushing, Clusters(events, pushing)), Caller(account, account.scopes)


def _parsed(event: dict[str, Any]) -> float:
    from pymisp import MISPEvent

    copies = [deepcopy(event) for _ in range(2)]
    return min(cpu_seconds(lambda one=one: MISPEvent().from_dict(**one)) for one in copies)


def _converted(data: Path, event: dict[str, Any]) -> Iterator[Figure]:
    raw = msgspec.json.encode({"Event": event})
    objects = len(list(misp.read(BytesIO(raw), Options(now="2026-11-24T08:00:00.000Z"))))
    ours = objects / cpu_seconds(lambda: list(misp.read(BytesIO(raw), Options(now="2026-11-24T08:00:00.000Z"))), 3)
    if importlib.util.find_spec("misp_stix_converter") is None:
        yield Figure("MISP → STIX", ours, "objects/cpu-s", aim="≥ 5,000")
        return
    small = an_event(500, "oracle")
    yield Figure("MISP → STIX", ours, "objects/cpu-s", "misp-stix", _misp_stix(small), "≥ 5,000")


def _misp_stix(event: dict[str, Any]) -> float:
    from misp_stix_converter import MISPtoSTIX21Parser

    logging.disable(logging.CRITICAL)
    parser, made = MISPtoSTIX21Parser(), list[Any]()

    def convert() -> None:
        parser.parse_misp_event({"Event": orjson.loads(orjson.dumps(event))})
        made.extend(parser.stix_objects)

    seconds = cpu_seconds(convert)
    logging.disable(logging.NOTSET)
    return len(made) / seconds
