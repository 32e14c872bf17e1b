"""The MISP door of a node whose data is in PostgreSQL, where OUREYES_TEST_POSTGRESQL names one to spoil."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from misp_parties import ANYBODY, MispSite, an_event
from stores import emptied

POSTGRESQL = os.environ.get("OUREYES_TEST_POSTGRESQL", "")


@pytest.mark.skipif(not POSTGRESQL, reason="OUREYES_TEST_POSTGRESQL names no database to spoil")
def test_an_event_is_added_changed_found_sighted_published_and_deleted(tmp_path: Path) -> None:
    site = MispSite(tmp_path, database=emptied(POSTGRESQL, "misp"))
    try:
        site.account("ann", speaks_for=ANYBODY)
        site.account("bea", to=("ann",))
        ann, bea = site.misp("ann"), site.misp("bea")
        event = bea.add_event(an_event(), pythonify=True)
        event.info, event.attributes[0].comment = "second wave", "a \0 and 𝔘"
        bea.update_event(event)
        bea.publish(event)
        bea.add_sighting({"source": "sensor"}, event.attributes[0])
        found = ann.get_event(event.uuid)["Event"]
        assert (found["info"], found["published"], len(found["Attribute"])) == ("second wave", True, 2)
        assert [one["source"] for one in found["Attribute"][0]["Sighting"]] == ["sensor"]
        assert [one["Event"]["uuid"] for one in ann.search(value="fund-relief.example")] == [event.uuid]
        assert [one["uuid"] for one in ann.search_index(tags="tlp:green")] == [event.uuid]
        bea.delete_event(event)
        assert not ann.event_exists(event.uuid)
    finally:
        site.close()
