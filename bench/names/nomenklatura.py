"""nomenklatura's logic-v2, beside us: OpenSanctions' matcher, in an interpreter of its own.

It needs PyICU, for which there is no wheel, so it is not among what tests install. Named by OUREYES_NOMENKLATURA is the
Python of an environment that has it: `apt install libicu-dev g++`, `python3 -m venv X`, `X/bin/pip install
nomenklatura==4.17.4`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator

__all__ = ["logic_v2"]

_CODE = """
import json, sys
from followthemoney import model
from nomenklatura.matching import get_algorithm
algorithm = get_algorithm("logic-v2")
settings = algorithm.default_config()
def person(name):
    made = model.make_entity("Person")
    made.id = name  # it remembers by id
    made.add("name", name)
    return made
for line in sys.stdin:
    one, other = map(person, json.loads(line))
    print(algorithm.compare(one, other, settings).score, flush=True)
"""


@contextlib.contextmanager
def logic_v2() -> Iterator[Callable[[str, str], float] | None]:
    """What it scores two names; None where it is not to be had."""
    python = os.environ.get("OUREYES_NOMENKLATURA")
    if not python:
        yield None
        return
    with subprocess.Popen([python, "-c", _CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def score(one: str, other: str) -> float:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([one, other]) + "\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield score
        process.kill()
