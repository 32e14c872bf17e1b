"""Processes that work on what anybody may have sent: programs of ours, run by their path, that know nothing of a node.

What it may do besides is for the program itself to give up; here it is only cut off from where it is started.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

__all__ = ["ended", "started"]

_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}


def started(program: Path, *, buffered: bool = True) -> subprocess.Popen[bytes]:
    """One that reads its standard input and answers on its standard output."""
    # isolated (-I): no PYTHON variables, no user's packages, nothing from the working folder
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
        [sys.executable, "-I", str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_QUIET,
        cwd="/",
        bufsize=-1 if buffered else 0,
    )


def ended(process: subprocess.Popen[bytes]) -> None:
    """It is gone, whatever it was doing."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):  # what was still to be written has nobody to read it
                stream.close()
