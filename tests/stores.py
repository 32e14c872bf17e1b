"""Stores and what goes into them, for tests."""

from __future__ import annotations

import os
from collections.abc import Sequence

from oureyes.correlate import MATCHERS
from oureyes.model.markings import TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.storage import Database, objects
from oureyes.understand.fulltext import indexed

GREEN = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}), originator="ID")


def emptied(dsn: str, name: str = "store") -> str:
    """A PostgreSQL schema with nothing in it, which no other process of the suite uses: the DSN that leads to it."""
    import psycopg

    schema = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"{dsn}{'&' if '?' in dsn else '?'}options=-csearch_path%3D{schema}"


def incoming(obj: StixObject, marking: Marking = GREEN, **more: object) -> objects.Incoming:
    """An object with its keys and words, as a node gives it to the store."""
    current = more.get("upgraded") or obj
    keys = tuple(key for matcher in MATCHERS for key in matcher.keys(current))
    return objects.Incoming(obj, marking, keys, indexed(current.content), **more)


def add(
    store: Database,
    *found: StixObject,
    origin: str = "ID",
    source: str = "file",
    marking: Marking = GREEN,
    at_us: int = 1_000,
    statement: str | None = None,
    **more: object,
) -> list[objects.Added]:
    """Put objects into a store in one transaction."""
    batch = [incoming(obj, marking, **more) for obj in found]

    def write(connection):
        number = objects.source(connection, origin, source)
        return objects.add(connection, batch, source=number, origin=origin, at_us=at_us, statement=statement)

    return store.write(write)


def outcomes(added: Sequence[objects.Added]) -> list[str]:
    return [one.outcome for one in added]


def retract(store: Database, identifier: str, *, origin: str = "ID", erase: bool = False) -> list[int]:
    return store.write(lambda c: objects.set_state(c, identifier, origin, "retracted", erase=erase))


def current(store: Database, identifier: str) -> list[objects.Held]:
    with store.read() as connection:
        return objects.latest(connection, [identifier]).get(identifier, [])
