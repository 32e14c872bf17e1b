"""The fictional case the story is told with: where its files are, their dates moved to the week that just ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

__all__ = ["DATA", "Case", "unpack"]

DATA = Path(__file__).parent / "data"
_FILES = {
    "bundle": "indonesia-case.stix.json",
    "event": "indonesia-appeal.misp.json",
    "MY": "malaysia-report.csv",
    "SG": "singapore-transfers.misp.json",
    "VN": "viet-nam-report.txt",
}
_WRITTEN = date(2026, 11, 22)  # the last day of the week the files speak of
_DAY = re.compile(r"\b2026-11-(1[6-9]|2[0-2])(?!\d)")


@dataclass(frozen=True, slots=True)
class Case:
    """The files as the states have them, and the objects of Indonesia's bundle by a word for each."""

    files: Mapping[str, Path]
    ids: Mapping[str, str]
    bundle: tuple[str, ...]


_WORDS = {
    "wallet": ("indicator", "Treasury wallet of the fund"),
    "site": ("indicator", "Site of the false relief fund"),
    "phone": ("indicator", "Number that runs the chat channel"),
    "poster": ("indicator", "Poster that asks for money"),
    "case": ("x-oureyes-case", "Lentera Samar"),
    "treasurer": ("identity", "Suparno"),
    "speaker": ("identity", "Joko Pranata"),
    "giver": ("identity", "Kim Sopheap"),
    "notice": ("x-oureyes-notice", "Notice: Suparno, to locate"),
    "report": ("report", "Lentera Samar: money and messages"),
}


def unpack(folder: Path, today: date) -> Case:
    """Write the files into `folder`, with yesterday as the last of their days."""
    moved = today - timedelta(days=1) - _WRITTEN
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for word, name in _FILES.items():
        text = (DATA / name).read_text("utf-8")
        files[word] = folder / name
        files[word].write_text(_DAY.sub(lambda found: _later(found[0], moved), text), "utf-8")
    objects = msgspec.json.decode(files["bundle"].read_bytes())["objects"]
    named = {(one["type"], one.get("name", "")): one["id"] for one in objects}
    ids = {word: named[key] for word, key in _WORDS.items()}
    ids["debrief"] = next(one["id"] for one in objects if one["type"] == "note")
    ids["phone link"] = next(one["id"] for one in objects if one.get("source_ref") == ids["phone"])
    ids["line"] = next(one["id"] for one in objects if one["type"] == "marking-definition")
    return Case(files, ids, tuple(one["id"] for one in objects))


def _later(day: str, moved: timedelta) -> str:
    return (date.fromisoformat(day) + moved).isoformat()
