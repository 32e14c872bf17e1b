"""The ground truth of correlation: 446 values that stand in two or more real sources are all found.

The readers here are a few lines each and read only what the check needs; the importers have tests of their own.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from oureyes.correlate.observables import compare, keys_of_content, shared
from oureyes.correlate.warninglists import BUILT_IN, WarningLists
from oureyes.model.objects import StixObject
from oureyes.model.observables import normalise

DATA = Path(os.environ.get("OUREYES_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data is not beside the repository")

NOISE = {"www.welivesecurity.com", "raw.githubusercontent.com", "10.0.0.0"}


def _document(path: Path) -> Any:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def _stix(path: Path) -> Iterator[dict[str, Any]]:
    document = _document(path)
    yield from document if isinstance(document, list) else document.get("objects", [document])


def _attributes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("value"), str) and isinstance(value.get("type"), str):
            yield {"type": "x-misp-attribute", "attribute_type": value["type"], "value": value["value"]}
        for inner in value.values():
            yield from _attributes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _attributes(inner)


def _plain(text: str) -> dict[str, Any]:
    kind = "url" if "/" in text or ":" in text.rstrip("0123456789") else "domain"
    return {"type": "x-misp-attribute", "attribute_type": kind, "value": text}


def _contents(name: str) -> Iterator[dict[str, Any]]:
    path = DATA / name
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            yield from _contents(f"{name}/{inner.name}")
    elif name.startswith("misp/"):
        yield from _attributes(_document(path))
    elif name.startswith("stix/"):
        yield from _stix(path)
    elif name.endswith(".txt"):
        yield from (
            _plain(line.partition(" ")[0]) for line in path.read_text("utf-8").split("\n") if line[:1] not in "#/"
        )
    elif name.endswith(".csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row["value"] or "" for row in csv.DictReader(file)]
        for text in (part for row in rows for part in row.split(",")):
            yield (
                {"type": "x-misp-attribute", "attribute_type": "hash", "value": text}
                if len(text) in (32, 40, 64)
                else _plain(text)
            )
    else:
        yield from (_plain(text) for text in _document(path)["deny"])


@cache
def _rows() -> list[tuple[str, list[str]]]:
    with (DATA / "scenarios/overlaps.csv").open(encoding="utf-8", newline="") as file:
        return [(row["value"], row["sources"].split("|")) for row in csv.DictReader(file)]


@cache
def _held(source: str) -> dict[str, StixObject]:
    """An object of the source for each key that the ground truth asks about."""
    asked = {_observable(value).text for value, _ in _rows()}
    held: dict[str, StixObject] = {}
    for content in _contents(source):
        for key in keys_of_content(content):
            if key.value in asked and key.value not in held:
                made = {**content, "id": f"{content['type']}--00000000-0000-4000-8000-{len(held):012}"}
                held[key.value] = StixObject.make(made)
    return held


def _observable(value: str) -> Any:
    return normalise("hash", value) or normalise("domain", value)


def test_all_446_overlaps_are_found_between_all_their_sources():
    missed = []
    assert len(_rows()) == 446
    for value, sources in _rows():
        key = _observable(value).text
        for one, other in pairwise(sources):
            left, right = _held(one).get(key), _held(other).get(key)
            if left is None or right is None or compare(left, right) is None:
                missed.append((value, one, other))
    assert missed == []


def test_the_noise_among_them_is_warninglisted_and_besides_it_only_hosts_for_anybodys_files():
    lists = WarningLists(BUILT_IN)
    flagged = {value for value, _ in _rows() if lists.hit(_observable(value)) is not None}
    assert flagged == NOISE | {"docs.google.com", "www.dropbox.com"}


def test_a_match_of_noise_alone_holds_nothing_that_may_alert():
    lists = WarningLists(BUILT_IN)
    for value, sources in _rows():
        if value in NOISE:
            key = _observable(value).text
            for one, other in pairwise(sources):
                found = shared(_held(one)[key], _held(other)[key])
                alerting = [met for met in found if lists.hit(met.observable) is None]
                assert not alerting, (value, one, other)
