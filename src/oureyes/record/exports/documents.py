"""Exports that hold objects with all that is said about them: a STIX bundle, MISP events, a table for people."""

from __future__ import annotations

from oureyes.record import misp_export
from oureyes.record.bundle import export_bundle
from oureyes.record.exports.sheet import Left, Sheet, Written
from oureyes.record.table import export_csv

__all__ = ["as_csv", "as_misp", "as_stix"]


def as_stix(sheet: Sheet) -> Written:
    """Everything, and what it is marked with."""
    body = export_bundle([one.object for one in sheet.things], [one.marking for one in sheet.things])
    return Written(body, frozenset(one.object.id for one in sheet.things))


def as_csv(sheet: Sheet) -> Written:
    """A row each."""
    objects, markings = [one.object for one in sheet.things], [one.marking for one in sheet.things]
    return Written(export_csv(objects, markings=markings), frozenset(obj.id for obj in objects))


def as_misp(sheet: Sheet) -> Written:
    """What MISP has words for; the rest is named."""
    markings = {one.object.id: one.marking for one in sheet.things}
    body, ids = misp_export.written([one.object for one in sheet.things], markings)
    left = tuple(Left(one, "MISP has no word for it") for one in markings if one not in ids)
    return Written(body, ids, left)
