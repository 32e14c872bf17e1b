"""Forms of what comes in: files, what was put aside, terms."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from oureyes.interfaces.api.forms.shared import Answer, Asked, Ids

__all__ = [
    "Aside",
    "AsideAll",
    "AsideOne",
    "HeldBack",
    "ImportAsked",
    "MarkedAsked",
    "MediaAsked",
    "NamedAsked",
    "Tagged",
    "Tagging",
]

_FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$(?!\n)", max_length=100)]


class ImportAsked(Asked, frozen=True, kw_only=True):
    """What the file is called (its name is its source), and the words of the marking options of `oureyes import`."""

    name: _FileName
    mapping: Annotated[str, Meta(max_length=2_000, description='For tables, JSON: {"Nomor": "phone"}.')] = ""
    country: Annotated[str, Meta(max_length=2)] = ""
    edition: Annotated[str, Meta(max_length=100, description="An official list: what it leaves out expires.")] = ""
    date: Annotated[str, Meta(max_length=10)] = ""
    again: bool = False
    remark: bool = False
    hit: Annotated[str, Meta(pattern=r"^[A-Za-z0-9,_-]*$(?!\n)", max_length=2_000)] = ""
    tlp: Annotated[str, Meta(max_length=20)] = ""
    to: Annotated[str, Meta(pattern=r"^[A-Za-z0-9,_-]*$(?!\n)", max_length=2_000)] = ""
    grade: Annotated[str, Meta(max_length=20)] = ""
    pap: Annotated[str, Meta(max_length=20)] = ""
    handling: Annotated[str, Meta(max_length=20)] = ""
    onward: Annotated[str, Meta(max_length=20)] = ""
    embargo: Annotated[str, Meta(max_length=40)] = ""
    expires: Annotated[str, Meta(max_length=40)] = ""
    review: Annotated[str, Meta(max_length=40)] = ""
    fact: Annotated[str, Meta(max_length=20)] = ""
    role: Annotated[str, Meta(max_length=20)] = ""
    conditions: Annotated[str, Meta(max_length=500)] = ""


class MediaAsked(Asked, frozen=True, kw_only=True):
    """What the file is called, the bank it belongs to, its labels with commas, and who may have its hashes."""

    name: _FileName
    bank: Annotated[str, Meta(max_length=100)] = ""
    labels: Annotated[str, Meta(max_length=500)] = ""
    tlp: Annotated[str, Meta(max_length=20)] = ""
    to: Annotated[str, Meta(pattern=r"^[A-Za-z0-9,_-]*$(?!\n)", max_length=2_000)] = ""
    grade: Annotated[str, Meta(max_length=20)] = ""


class MarkedAsked(Asked, frozen=True, kw_only=True):
    """What the file is called, and who may have what is in it."""

    name: _FileName
    tlp: Annotated[str, Meta(max_length=20)] = ""
    to: Annotated[str, Meta(pattern=r"^[A-Za-z0-9,_-]*$(?!\n)", max_length=2_000)] = ""
    grade: Annotated[str, Meta(max_length=20)] = ""


class NamedAsked(Asked, frozen=True):
    """What the file is called."""

    name: _FileName


class Tagging(Asked, frozen=True):
    """Put objects of ours under terms; `new` takes a term its taxonomy does not have."""

    ids: Ids
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=300)]], Meta(min_length=1, max_length=100)]
    new: bool = False


class Tagged(Answer, frozen=True):
    """How many objects."""

    tagged: int


class Aside(Answer, frozen=True):
    """Something that could not be read: what was expected, what was found, what to do."""

    n: int
    source: str
    subject: str
    expected: str
    found: str
    remedy: str
    at: str


class HeldBack(Answer, frozen=True):
    """Something that was read and waits for a person."""

    id: str
    origin: str
    source: str
    why: str


class AsideAll(Answer, frozen=True):
    """What waits for a person."""

    unreadable: list[Aside]
    held_back: list[HeldBack]
    next: str = ""


class AsideOne(Aside, frozen=True):
    """One thing put aside; its bytes are beside it under `raw`."""

    state: str
