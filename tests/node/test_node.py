"""The node: one method per verb; what it opens it closes."""

import pytest
from simulated import Clock, federation

from oureyes.errors import StorageError
from oureyes.node import Node
from oureyes.node.opening import member_of


def test_a_node_closes_what_it_opened_and_may_be_closed_twice(tmp_path):
    clock = Clock()
    federation(tmp_path, ["ID"], clock)["ID"].close()
    with Node.open(tmp_path / "ID", clock=clock) as node:
        assert node.member == "ID"
        assert node.public == member_of(tmp_path / "ID")
    node.close()
    with pytest.raises(StorageError, match="closed"):
        node.seal_audit()


def test_a_node_joins_by_a_roster_that_its_members_signed(tmp_path):
    node = federation(tmp_path, ["ID", "MY"])["ID"]
    raw = (tmp_path / "ID" / "roster.json").read_bytes()
    assert set(node.join(raw).members) == {"ID", "MY"}
    assert node.roster.version == 1
    node.close()
