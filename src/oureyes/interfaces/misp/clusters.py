"""Galaxy clusters of others' making, as peers push them, ask for them and read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.interfaces.misp import shapes
from oureyes.interfaces.misp.desk import Answer, Desk, Route, answer, wrapped
from oureyes.interfaces.misp.paths import Call
from oureyes.model.accounts import Caller
from oureyes.node.clusters import Cluster
from oureyes.node.pushing import NotNewer
from oureyes.record.misp_parts import dicts

__all__ = ["ROUTES", "shown"]

_MOST = 1_000  # clusters in one push


def shown(found: Cluster) -> dict[str, Any]:
    """A cluster as a MISP shows it."""
    content, number = found.content, str(found.number)
    texts = dict.fromkeys(("description", "source", "collection_uuid", "extends_uuid", "tag_name"), "")
    made = {**texts, "authors": [], **content, "id": number, "default": False, "deleted": False}
    made |= {"published": found.published, "locked": found.account != 0, "version": str(found.version)}
    made["distribution"] = str(content.get("distribution", "0"))
    for name in ("GalaxyElement", "GalaxyClusterRelation"):
        made[name] = [{**one, "galaxy_cluster_id": number} for one in dicts(content.get(name))]
    said = content.get("Galaxy")
    galaxy = said if isinstance(said, dict) else {}
    made["Galaxy"] = {"id": shapes.number_of(str(galaxy.get("uuid"))), **galaxy}
    orgc = shapes.organisation(content.get("Orgc") or {})
    return {**made, "Orgc": orgc, "Org": orgc}


def _push(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Those that cannot be taken do not stop the others: how many went in is said."""
    found = wrapped(call.body, "GalaxyCluster")
    if not found or len(found) > _MOST:
        raise InvalidObject("galaxy clusters", f"1 to {_MOST} of them", str(len(found)))
    taken = 0
    for one in found:
        try:
            desk.clusters.take(caller, one)
        except NotNewer:
            continue
        taken += 1
    said = f"{taken} imported, {len(found) - taken} ignored, 0 failed."
    return answer({"saved": True, "success": True, "name": said, "message": said, "url": "/galaxies/pushCluster"})


def _search(desk: Desk, call: Call, caller: Caller) -> Answer:
    wanted = {one.lower() for one in shapes.listed(call.asked("uuid"))}
    with desk.ctx.db.read() as connection:
        found = desk.clusters.known(connection, caller)
    published = call.asked("published")
    chosen = [
        one
        for uuid, one in sorted(found.items())
        if (not wanted or uuid in wanted) and (published is None or one.published == shapes.flag(published))
    ]
    brief = shapes.flag(call.asked("minimal"))
    rows = [{"uuid": one.content["uuid"], "version": str(one.version)} if brief else shown(one) for one in chosen]
    said = answer({"response": [{"GalaxyCluster": one} for one in rows]})
    if rows:
        whole = [] if brief else [(one.holding, "") for one in chosen]
        desk.events.told(caller, "misp:clusters", len(rows), said.body, whole)
    return said


def _view(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        found = desk.clusters.one(connection, caller, call.argument())
    said = answer({"GalaxyCluster": shown(found)})
    desk.events.told(caller, f"x-misp-galaxy-cluster--{found.content['uuid']}", 1, said.body, [(found.holding, "")])
    return said


ROUTES: Mapping[tuple[str, str], Route] = {
    ("galaxies", "pushcluster"): Route(_push, reads=False),
    ("galaxyclusters", "restsearch"): Route(_search),
    ("galaxyclusters", "view"): Route(_view),
}
