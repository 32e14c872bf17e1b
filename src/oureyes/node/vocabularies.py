"""Taxonomies, galaxies and warninglists a node has loaded: files in its home, read when it opens.

The two taxonomies that all states share are in the software. What a file is, is told by what it holds.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oureyes.correlate.warninglists import read as read_warninglist
from oureyes.errors import InvalidObject
from oureyes.model.vocabularies import (
    ASEAN_SOMTC,
    UNODC_INTERNET_TERRORISM,
    Cluster,
    Galaxy,
    Taxonomy,
    load_galaxy,
    load_taxonomy,
)
from oureyes.node.context import Context
from oureyes.node.understanding import Reader
from oureyes.storage import objects
from oureyes.understand.actors import KINDS, Actor, actors

__all__ = ["FOLDERS", "Loaded", "actor", "known_as", "load", "loaded", "unknown_terms"]

FOLDERS = ("taxonomies", "galaxies", "warninglists")
_SHARED = (ASEAN_SOMTC, UNODC_INTERNET_TERRORISM)
_MOST = 20_000  # actors read for one answer, newest first
_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Loaded:
    """One vocabulary: where it belongs, what it is called, how many terms it has."""

    sort: str  # one of FOLDERS
    name: str
    terms: int


def load(ctx: Context, file: Path, *, by: str) -> list[Loaded]:
    """Take a vocabulary (or a gzipped file of taxonomies, one a line) into the node's home. It is checked first."""
    raw = file.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    lines = (
        [line for line in raw.splitlines() if line.strip()] if file.name.endswith((".ndjson", ".ndjson.gz")) else [raw]
    )
    found = [(one, _read(one, file.name)) for one in lines]
    for one, vocabulary in found:
        folder = ctx.config.home / vocabulary.sort
        folder.mkdir(exist_ok=True)
        (folder / f"{_NAME.sub('-', vocabulary.name)[:100]}.json").write_bytes(one)
    ctx.db.write(lambda connection: ctx.audit(connection, by, "setting", "vocabularies", "", count=len(found)))
    return [vocabulary for _, vocabulary in found]


def _read(raw: bytes, name: str) -> Loaded:
    for read in (_taxonomy, _galaxy, _warninglist):
        try:
            return read(raw)
        except InvalidObject:
            continue
    raise InvalidObject(name, "a MISP taxonomy, galaxy cluster file or warninglist", "none of these")


def _taxonomy(raw: bytes) -> Loaded:
    return _of_taxonomy(load_taxonomy(raw))


def _of_taxonomy(found: Taxonomy) -> Loaded:
    return Loaded("taxonomies", found.namespace, len(found.tags()))


def _galaxy(raw: bytes) -> Loaded:
    found = load_galaxy(raw)
    return Loaded("galaxies", found.type, len(found.clusters))


def _warninglist(raw: bytes) -> Loaded:
    found = read_warninglist(raw)
    return Loaded("warninglists", found.name, len(found.entries))


def loaded(ctx: Context) -> list[Loaded]:
    """The shared taxonomies, and everything loaded."""
    kept = [
        _read(file.read_bytes(), file.name)
        for folder in FOLDERS
        for file in sorted((ctx.config.home / folder).glob("*.json"))
    ]
    return [*map(_of_taxonomy, _SHARED), *kept]


def unknown_terms(ctx: Context, tags: tuple[str, ...]) -> list[str]:
    """Tags in the namespace of a known taxonomy that the taxonomy does not have: a slip of the pen."""
    by_name = {one.namespace: frozenset(one.tags()) for one in (*_SHARED, *_taxonomies(ctx))}
    return [tag for tag in tags if (space := tag.partition(":")[0]) in by_name and tag not in by_name[space]]


def known_as(ctx: Context, name: str) -> list[tuple[str, Cluster]]:
    """(galaxy, cluster) of everything that bears a name. A shared alias is evidence, not identity: all are shown."""
    return [(galaxy.type, cluster) for galaxy in _galaxies(ctx) for cluster in galaxy.named(name)]


def actor(ctx: Context, name: str, *, by: str, purpose: str) -> tuple[Actor, ...]:
    """Who is called so, under all their names, with what is held about them: a hypothesis for each bearer."""
    found = known_as(ctx, name)
    wanted = {kind for kind, _ in found}
    everyone = [cluster for galaxy in _galaxies(ctx) if galaxy.type in wanted for cluster in galaxy.clusters]
    with ctx.db.read() as connection:
        reader = Reader(ctx, connection, by, purpose)
        held = objects.of_types(connection, KINDS, limit=_MOST, labels=reader.seen)
        seen = [(item.origin, item.current) for item in held]
    ctx.db.write(lambda connection: ctx.audit(connection, by, "search", "", purpose, hits=len(found)))
    return actors(found, everyone, seen)


def _taxonomies(ctx: Context) -> Iterator[Taxonomy]:
    for file in sorted((ctx.config.home / "taxonomies").glob("*.json")):
        yield load_taxonomy(file.read_bytes())


def _galaxies(ctx: Context) -> Iterator[Galaxy]:
    for file in sorted((ctx.config.home / "galaxies").glob("*.json")):
        yield load_galaxy(file.read_bytes())
