"""Editions of official lists."""

from pathlib import Path

from simulated import federation, for_

_LINE = '{n},"{name}",individual,SDGT,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 1 Jan 1970."\n'


def _edition(folder: Path, name: str, *people: tuple[int, str]) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("".join(_LINE.format(n=n, name=person) for n, person in people), encoding="utf-8")
    return file


def test_what_a_new_edition_leaves_out_expires_and_the_rest_is_unchanged(tmp_path: Path) -> None:
    node = federation(tmp_path, ["ID"])["ID"]
    first = _edition(tmp_path / "a", "sdn.csv", (90001, "DEMO, Alpha"), (90002, "DEMO, Beta"))
    second = _edition(tmp_path / "b", "sdn.csv", (90002, "DEMO, Beta"), (90003, "DEMO, Gamma"))
    node.record_list(first, "Demo list", "2026-10-01", by="ayu", marking=for_())
    found = node.record_list(second, "Demo list", "2026-11-01", by="ayu", marking=for_())
    assert (len(found.added), len(found.changed), len(found.removed)) == (1, 0, 1)
    assert node.show(found.removed[0], by="ayu").holdings[0].object.revoked
    again = node.record_list(second, "Demo list", "2026-11-01", by="ayu", marking=for_())
    assert (again.added, again.removed, again.report.stored) == ((), (), 0)
