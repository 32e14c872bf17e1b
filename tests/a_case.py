"""Factories: small, valid, fictional things to write tests with."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

from oureyes.model.objects import StixObject
from oureyes.model.plans import Claim, Evidence, Measure, Plan
from oureyes.plan.stix import to_stix

AT = "2026-11-20T08:00:00.000Z"
NOW = "2026-11-24T08:00:00.000Z"  # when the importers under test read
IDENTITY = "identity--6f0c1a52-3c1b-4d0e-9a51-6f6f6f000001"


def an_object(kind: str = "indicator", **content: object) -> StixObject:
    """A STIX 2.1 object with what every object needs."""
    body = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid4()}",
        "created": AT,
        "modified": AT,
        **content,
    }
    return StixObject.make(body)


def an_indicator(path: str = "domain-name:value", value: str = "fund-relief.example", **content: object) -> StixObject:
    """An indicator for one value."""
    return an_object(
        "indicator",
        name="seen in a fund-raising post",
        pattern=f"[{path} = '{value}']",
        pattern_type="stix",
        valid_from=AT,
        indicator_types=["malicious-activity"],
        **content,
    )


def a_bundle(folder: Path, *objects: StixObject, name: str = "bundle.json") -> Path:
    """A file with a bundle of the objects."""
    file = folder / name
    body = {"type": "bundle", "id": f"bundle--{uuid4()}", "objects": [dict(obj.content) for obj in objects]}
    file.write_text(json.dumps(body), encoding="utf-8")
    return file


def a_report(folder: Path, text: str, name: str = "report.csv") -> Path:
    """A small table of values, as a police unit sends one; the last word of `text` is the value."""
    file = folder / name
    value = text.split()[-1]
    file.write_text(f"value,type,comment\n{value},cryptocurrency-wallet,{text}\n", encoding="utf-8")
    return file


def a_plan_on(*evidence: StixObject, needs: int = 1, owners: tuple[str, ...] = ("planners",)) -> StixObject:
    """A plan with one claim that rests on the evidence."""
    cited = tuple(Evidence(obj.id, obj.version) for obj in evidence)
    plan = Plan(
        f"x-oureyes-plan--{uuid4()}",
        "Cut the network's funding",
        (Claim("c1", "The wallet is the network's", cited, needs),),
        (Measure("Ask the exchange to freeze it", "SG", "2026-12-31", ("c1",)),),
        ("ID", "MY", "SG"),
        owners,
    )
    return to_stix(plan, created=AT, modified=AT, created_by=IDENTITY)
