"""A node's home: made once, readable by its node alone, opened only when it is whole."""

from __future__ import annotations

import pytest
from a_case import an_indicator
from simulated import Clock, federation, for_

from oureyes.errors import ConfigError, OurEyesError, StorageError, VerificationError
from oureyes.exchange import roster
from oureyes.node import Node
from oureyes.node.opening import init, install_roster, member_of, put_back, read_member

SECRETS = ["database.key", "sign.key", "seal.key", "extract.key", "tls.key"]


def test_a_home_is_made_once_and_its_secrets_are_its_own(tmp_path):
    home = tmp_path / "ID"
    init(home, "ID", clock=Clock())
    assert home.stat().st_mode & 0o077 == 0
    for name in SECRETS:
        assert (home / name).stat().st_mode & 0o077 == 0, name
    before = {name: (home / name).read_bytes() for name in SECRETS}
    with pytest.raises(ConfigError, match="an empty folder"):
        init(home, "ID")
    assert {name: (home / name).read_bytes() for name in SECRETS} == before
    public = (home / "member.json").read_bytes()
    assert not [name for name in SECRETS if before[name].strip() in public]


@pytest.mark.parametrize("member", ["", "I D", "../ID", "ID/MY", "a" * 200, "ID\n"])
def test_a_member_id_that_could_be_a_path_or_a_line_is_refused(tmp_path, member):
    with pytest.raises(ConfigError):
        init(tmp_path / "home", member)


@pytest.mark.parametrize("name", SECRETS[:4])
def test_a_home_that_lost_a_secret_says_which_and_opens_again_when_it_is_back(tmp_path, name):
    clock = Clock()
    federation(tmp_path, ["ID"], clock)["ID"].close()
    kept = (tmp_path / "ID" / name).read_bytes()
    (tmp_path / "ID" / name).unlink()
    with pytest.raises(ConfigError):
        Node.open(tmp_path / "ID", clock=clock)
    (tmp_path / "ID" / name).write_bytes(b"not hex")
    with pytest.raises(ConfigError):
        Node.open(tmp_path / "ID", clock=clock)
    (tmp_path / "ID" / name).write_bytes(kept)
    Node.open(tmp_path / "ID", clock=clock).close()


def test_another_database_key_opens_nothing(tmp_path):
    clock = Clock()
    federation(tmp_path, ["ID"], clock)["ID"].close()
    (tmp_path / "ID" / "database.key").write_text("00" * 32)
    with pytest.raises(StorageError, match="the key this file was made with"):
        Node.open(tmp_path / "ID", clock=clock)


def test_what_a_node_holds_is_there_when_it_opens_again(tmp_path):
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_())
    node.close()
    with Node.open(tmp_path / "ID", clock=clock) as again:
        assert again.show(obj.id, by="ayu").raw == obj.raw
        assert again.verify_audit().flaw is None


def test_a_folder_that_is_no_home_is_not_opened(tmp_path):
    with pytest.raises(ConfigError):
        Node.open(tmp_path)


def test_a_member_file_that_is_none_is_refused(tmp_path):
    for raw in (b"", b"[]", b'{"id": 5}'):
        with pytest.raises(ConfigError):
            read_member(raw)
    init(tmp_path / "ID", "ID", clock=Clock())
    assert member_of(tmp_path / "ID").id == "ID"


def test_a_roster_its_members_did_not_sign_is_not_installed(tmp_path):
    clock = Clock()
    for member in ("ID", "MY"):
        init(tmp_path / member, member, clock=clock)
    raw = roster.build(1, [member_of(tmp_path / member) for member in ("ID", "MY")])
    with pytest.raises(VerificationError):
        install_roster(tmp_path / "ID", raw)
    assert not (tmp_path / "ID" / "roster.json").exists()


def test_only_a_whole_backup_of_this_node_is_put_back(tmp_path):
    clock = Clock()
    states = federation(tmp_path, ["ID", "MY"], clock)
    for node in states.values():
        node.backup(tmp_path / f"{node.member}.db")
        node.close()
    for wrong in (tmp_path / "none.db", tmp_path / "MY.db"):
        with pytest.raises(OurEyesError):
            put_back(tmp_path / "ID", wrong)
    put_back(tmp_path / "ID", tmp_path / "ID.db")
    Node.open(tmp_path / "ID", clock=clock).close()


def test_a_folder_with_other_things_in_it_is_not_made_a_home(tmp_path):
    (tmp_path / "ID").mkdir()
    (tmp_path / "ID" / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="an empty folder"):
        init(tmp_path / "ID", "ID")
    assert [one.name for one in (tmp_path / "ID").iterdir()] == ["notes.txt"]
    (tmp_path / "SG").mkdir()
    init(tmp_path / "SG", "SG")  # an empty one is
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError):
        init(tmp_path / "file", "MY")


def test_the_database_is_for_its_owner_alone(tmp_path):
    init(tmp_path / "ID", "ID")
    with Node.open(tmp_path / "ID"):
        found = sorted((tmp_path / "ID").glob("node.db*"))
        assert found
        assert {one.stat().st_mode & 0o777 for one in found} == {0o600}
