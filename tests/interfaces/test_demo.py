"""The demonstration plays to its end over real sockets, proves each step, and its case names nobody real."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from paths import ROOT
from rich.console import Console

from oureyes.errors import ConfigError
from oureyes.interfaces.demo import run
from oureyes.interfaces.demo.case import DATA, unpack
from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.demo.proof import ProofFailed, Step, shortened
from oureyes.interfaces.demo.screen import Screen
from oureyes.model.observables import normalise
from oureyes.model.wallets import wallet

CASE = [file for file in sorted(DATA.iterdir()) if file.suffix != ".md"]
TEXT = {file.name: file.read_text("utf-8") for file in CASE}


def play(**options: object) -> tuple[int, dict]:
    """Play it in a process of its own; the exit code and the document on the standard output."""
    said = ", ".join(f"{name}={value!r}" for name, value in {"once": True, "json": True, "port": 0, **options}.items())
    program = f"import sys; from pathlib import *; from oureyes.interfaces.demo import run; sys.exit(run({said}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, timeout=120)
    assert not done.stderr, done.stderr.decode()[-2000:]
    return done.returncode, json.loads(done.stdout)


def test_the_whole_story_plays_and_each_step_proves_what_it_says(tmp_path: Path) -> None:
    code, told = play(home=tmp_path / "homes")
    assert code == 0, told.get("error")
    steps = {step["name"]: step["proof"] for step in told["steps"]}
    assert list(steps) == [
        "The nodes",
        "Recorded and released",
        "Known",
        "Understood",
        "Planned for",
        "Cut off and back",
        "Overseen",
    ]
    assert all(proof["checked"] for proof in steps.values())
    assert steps["The nodes"]["streams"] == 110
    assert "needs two people" in steps["Recorded and released"]["refused_alone"]
    assert steps["Recorded and released"]["recipients"]["Thailand"]["tear_line"] > 0
    assert steps["Recorded and released"]["recipients"]["Malaysia"]["tear_line"] == 0
    assert steps["Known"]["receipts"] == 10
    assert steps["Known"]["slowest_ms"] < 5_000
    assert set(steps["Understood"]["values_in_common"]) == {"MY", "SG", "VN"}
    assert steps["Understood"]["silent"] >= 2
    assert {plan["after"] for plan in steps["Planned for"]["plans"].values()} == {"broken"}
    assert steps["Planned for"]["reason_channel"].endswith("was retracted")
    assert steps["Cut off and back"]["missed"] == 3
    assert f"line {steps['Cut off and back']['tampered_line']} was altered" in steps["Cut off and back"]["found"]
    assert steps["Overseen"]["holders"] == 10
    assert [node["member"] for node in told["nodes"]] == list(STATES)
    assert told["seconds"] < 120
    assert told["memory_mb"] < 1_000
    assert {home.name for home in (tmp_path / "homes").iterdir()} == {*STATES, "case"}  # a folder given is kept


def test_any_folder_is_dealt_among_the_states_and_what_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("value,type\nfund-relief.example.org,domain-name\n198.51.100.9,ip\n")
    (tmp_path / "two.csv").write_text("value,type\nfund-relief.example.org,domain-name\n")
    (tmp_path / "broken.json").write_text('{"type": "bundle", "objects": [')
    code, told = play(data=tmp_path)
    assert code == 0, told.get("error")
    steps = {step["name"]: step["proof"] for step in told["steps"]}
    assert steps["Recorded"]["files"] == 3
    assert sum(steps["Recorded"]["put_aside"].values()) == 1
    assert steps["Released"]["objects"] > 0
    assert steps["Matched"]["values_in_common"] == 1
    assert not steps["Verified"].get("fault")


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="an empty folder"):
        run(once=True, json=True, home=tmp_path, port=0)


def test_a_step_whose_proof_fails_is_named() -> None:
    step = Step(3, "Known", "It is known.")
    step.must("one is one", True)
    with pytest.raises(ProofFailed, match=r"step 3, Known: expected two is one, found 2"):
        step.must("two is one", False, 2)
    assert step.proof["checked"] == ["one is one"]


def test_the_screen_shows_what_hides_and_never_leaves_two_empty_lines() -> None:
    out = StringIO()
    screen = Screen(Console(file=out, width=80))
    screen.begin(Step(1, "Known", "It is known."))
    screen.table(("a", "b"), [("invoice\u202egnp.exe", 1)], title="first")
    screen.table(("a", "b"), [("x", 2)], title="second")
    screen.excerpt(["− gone", "+ new"], title="third")
    screen.end(Step(1, "Known", "It is known."))
    assert "⟦U+202E⟧" in out.getvalue()
    assert "\n\n\n" not in out.getvalue()
    assert max(len(line) for line in out.getvalue().splitlines()) <= 80


def test_a_reason_keeps_its_words_and_loses_the_middle_of_long_values() -> None:
    assert shortened(f"both name the hash {'a' * 64}: exactly") == f"both name the hash {'a' * 13}…: exactly"


@pytest.mark.parametrize("name", TEXT)
def test_the_case_names_only_domains_and_addresses_of_documentation(name: str) -> None:
    text = TEXT[name].replace("[.]", ".").replace("hxxp", "http")
    for file in CASE:  # the files' own names are no domains
        text = text.replace(file.name, "")
    domains = set(re.findall(r"(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w.-])", text))
    assert all(domain.endswith(".example") for domain in domains), domains
    allowed = [ipaddress.ip_network(net) for net in ("198.51.100.0/24", "203.0.113.0/24", "192.168.10.20/32")]
    found = [ipaddress.ip_address(one) for one in re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)", text)]
    assert all(any(one in net for net in allowed) for one in found), found


def test_the_case_names_only_telephone_numbers_kept_for_fiction_and_wallets_nobody_has() -> None:
    text = "\n".join(TEXT.values())
    numbers = {re.sub(r"\s", "", one) for one in re.findall(r"(?<!\w)\+\d[\d ]{8,16}\d", text)}
    assert numbers == {"+61491570156", "+447700900461"}  # ACMA's and Ofcom's numbers for fiction
    assert all(normalise("phone-number", one) for one in numbers)
    wallets = set(re.findall(r"\bT[1-9A-HJ-NP-Za-km-z]{33}\b|\bbc1q[a-z0-9]{38}\b", text))
    said = (DATA / "README.md").read_text("utf-8")
    assert len(wallets) == 2
    assert all(wallet(one) and one in said for one in wallets)


def test_the_case_happened_in_the_week_that_just_ended(tmp_path: Path) -> None:
    case = unpack(tmp_path, date(2031, 3, 1))
    days = {day for file in case.files.values() for day in re.findall(r"\b2\d{3}-\d\d-\d\d", file.read_text("utf-8"))}
    days.remove("2026-11-24")  # when this kind of marking was defined; it is no day of the case
    assert min(days) >= "2031-02-22"
    assert max(days) <= "2031-02-28"
