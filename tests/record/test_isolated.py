"""A program for what anybody may have sent starts with nothing of ours, and is gone when told."""

import json

import pytest

from oureyes.record import isolated

SAYING = """
import json, os, sys
sys.stdout.write(json.dumps([sorted(os.environ), os.getcwd(), sys.flags.isolated]) + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.mark.parametrize("buffered", [True, False])
def test_it_has_no_variables_of_ours_no_folder_of_ours_and_no_packages_of_the_user(tmp_path, monkeypatch, buffered):
    monkeypatch.setenv("OUREYES_SECRET", "x")
    program = tmp_path / "program.py"
    program.write_text(SAYING)
    process = isolated.started(program, buffered=buffered)
    variables, folder, alone = json.loads(process.stdout.readline())
    isolated.ended(process)
    assert "OUREYES_SECRET" not in variables
    assert (folder, alone) == ("/", 1)


def test_it_is_gone_when_told_also_with_words_it_never_read(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import time; time.sleep(600)")
    process = isolated.started(program)
    process.stdin.write(b"never read")
    isolated.ended(process)
    assert process.poll() is not None
    assert process.stdin.closed
    assert process.stdout.closed
