"""What `oureyes doctor` looks at, one thing at a time."""

from __future__ import annotations

from pathlib import Path

from simulated import Clock, federation

from oureyes.node.checking import examine


def _found(home: Path, clock: Clock) -> dict[str, bool]:
    return {check.name: check.good for check in examine(home, clock=clock)}


def test_a_node_that_is_well_is_said_to_be_well(tmp_path: Path) -> None:
    clock = Clock()
    federation(tmp_path, ["ID", "MY"], clock)["ID"].close()
    found = _found(tmp_path / "ID", clock)
    assert all(good for name, good in found.items() if name != "disk space")
    assert {"roster", "integrity", "clock"} <= set(found)


def test_a_clock_behind_the_newest_line_of_the_audit_log_is_wrong(tmp_path: Path) -> None:
    clock = Clock()
    node = federation(tmp_path, ["ID"], clock)["ID"]
    node.figures()
    node.audit(by="sari")
    node.close()
    clock.forward(hours=-1)
    assert _found(tmp_path / "ID", clock)["clock"] is False


def test_one_failing_check_does_not_hide_the_others(tmp_path: Path) -> None:
    clock = Clock()
    federation(tmp_path, ["ID"], clock)["ID"].close()
    (tmp_path / "ID" / "sign.key").unlink()
    found = _found(tmp_path / "ID", clock)
    assert (found["sign.key"], found["database"]) == (False, False)
    assert found["seal.key"] is True
