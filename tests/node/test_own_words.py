"""What a statement says to ourselves is read by nobody else, and its being there tells nothing."""

from __future__ import annotations

import json
from dataclasses import replace

from a_case import an_indicator
from simulated import federation, for_

from oureyes.model.markings import TLP
from oureyes.node.own_words import parents_in, to_ourselves

RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"


def test_an_extract_does_not_tell_its_recipient_what_it_was_cut_from(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "oureyes.node.releasing.proposing.send", lambda ctx, connection, statement: seen.append(statement)
    )
    nodes = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = nodes["ID"].ctx, nodes["MY"].ctx
    whole = an_indicator(description="x", granular_markings=[{"marking_ref": RED, "selectors": ["description"]}])
    plain = an_indicator()
    for one in (whole, plain):
        nodes["ID"].record_objects([one], by="ayu", marking=for_("MY", tlp=TLP.AMBER))
        nodes["ID"].approve(nodes["ID"].propose([one.id], ["MY"], by="ayu").id, by="budi")
    cut, said = seen
    assert len(str(cut.detail)) == len(str(said.detail))
    assert whole.id.partition("--")[2] not in json.dumps(dict(cut.detail))
    assert parents_in(malaysia, cut) == [cut.items[0].object.id]  # it reads nothing in it
    assert parents_in(indonesia, cut) == [whole.id]
    assert parents_in(indonesia, replace(cut, detail={"own": "AAAA"})) == [cut.items[0].object.id]
    assert parents_in(indonesia, replace(cut, detail={})) == [cut.items[0].object.id]
    assert parents_in(indonesia, replace(cut, items=())) == []


def test_an_id_without_a_uuid_is_taken_to_go_out_under_itself(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    nodes["ID"].record_objects([plain := an_indicator()], by="ayu", marking=for_("MY"))
    detail = to_ourselves(nodes["ID"].ctx, ["indicator--not-a-uuid"])
    assert len(str(detail)) == len(str(to_ourselves(nodes["ID"].ctx, [plain.id])))
