"""Decodes pictures and films in a process of its own: hostile files are what this project is sent.

Run by its path with `python -I`, it imports nothing of ours. It takes one file after another on its standard input
(four bytes of length, one of what to do, the bytes) and answers each with one line of JSON. Each file is decoded in a
fork that may use so much memory and time and may ask the kernel for memory, the time and an end, and for nothing else
(seccomp): no file, process, network, signal, nor the ends of the pipes that the next file and the other answers pass
through. It may write to one pipe, its own. When it dies or goes on too long, the answer says so and the next file is
taken. Where the kernel cannot confine it so, nothing is decoded.

Allowed are JPEG, PNG, WebP and the first frame of a GIF, told by their bytes and not by their names. The picture is
hashed at its full size: shrinking first moves a PDQ hash by up to 26 of the 31 bits that may differ.

Of films, MP4, Matroska with WebM, and AVI, one frame a second is hashed (vPDQ); of a film of more than ten minutes,
its key frames, at most one a second. Playlists, and films that name other files, are no films here.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import resource
import select
import signal
import struct
import sys
import time
from typing import Any, BinaryIO

__all__ = ["FILMS", "FORMATS", "MEMORY", "PIXELS", "SECONDS", "main", "without_kernel"]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
FILMS = ((4, b"ftyp", "mov"), (0, b"\x1aE\xdf\xa3", "matroska"), (8, b"AVI ", "avi"))  # at which byte, what, container
PIXELS = 40_000_000
MEMORY = 2 << 30
SECONDS = 30
FILM_SECONDS = 600
_SMALLEST_INNER = 64  # pixels a side; less inside a border is no picture
_TOLERANCE, _SHARE = 24, 0.98  # a line is plain when 98 % of it is within 24 of 255 of its middle value
_ANSWER = 1 << 18
_FRAMES = 1_200  # kept of one film at the most; when there are more, the step between them is doubled
_STILL = 8  # bits: a frame no further than this from the one before shows nothing new
_LONG = 600  # seconds from which key frames must do
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES = 38  # prctl(2)
_FILTER, _EVERY_THREAD = 1, 1  # seccomp(2)
# By machine: its number for the audit (linux/audit.h), seccomp(2) itself, and the system calls a decoder may make: read
# (of nothing that is open), write, close, mmap, mprotect, munmap, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn,
# mremap, madvise, sched_yield, getpid, exit, exit_group, futex, clock_gettime, clock_getres, gettimeofday, getrandom.
_ALLOWED = {
    "x86_64": (
        0xC000003E, 317, (0, 1, 3, 9, 10, 11, 12, 13, 14, 15, 25, 28, 24, 39, 60, 231, 202, 228, 229, 96, 318),
    ),
    "aarch64": (
        0xC00000B7, 277,
        (63, 64, 57, 222, 226, 215, 214, 134, 135, 139, 216, 233, 124, 172, 93, 94, 98, 113, 114, 169, 278),
    ),
}  # fmt: skip


def main() -> None:
    """Serve files until the input ends."""
    _preload()
    _without_network()
    films = False
    while (head := sys.stdin.buffer.read(5)) and len(head) == 5:
        size, what = struct.unpack(">IB", head)
        data = sys.stdin.buffer.read(size)
        if what == ord("v") and not films:
            films = _preload_films()
        sys.stdout.write(_forked(data, what) + "\n")
        sys.stdout.flush()


def _preload() -> None:
    """Everything that is needed, before files can no longer be opened: decoders load parts of theirs on first use."""
    import numpy  # noqa: F401 - loaded once, for all forks
    import pdqhash  # noqa: F401 - likewise
    from PIL import Image

    with contextlib.suppress(ImportError):
        import tlsh  # noqa: F401 - likewise
    Image.init()
    Image.MAX_IMAGE_PIXELS = PIXELS
    for form in FORMATS:
        with contextlib.suppress(KeyError, OSError):  # a Pillow built without WebP reads none either
            out = io.BytesIO()
            Image.new("RGB", (8, 8)).save(out, form)
            _picture(out.getvalue())


def _preload_films() -> bool:
    """Likewise for films, when the first one comes. A tiny one is made and read."""
    with contextlib.suppress(ImportError):
        import av
        import numpy

        out = io.BytesIO()
        with av.open(out, "w", format="avi") as film:
            stream = film.add_stream("mjpeg", rate=1, width=64, height=64, pix_fmt="yuvj420p")
            stream.thread_count = 1
            frame = av.VideoFrame.from_ndarray(numpy.zeros((64, 64, 3), dtype=numpy.uint8), format="rgb24")
            film.mux(stream.encode(frame))
            film.mux(stream.encode(None))
        _film(out.getvalue())
    return True


def _without_network() -> None:
    """A network namespace of its own, with nothing in it, where the kernel lets us have one."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        libc.unshare(_NEW_USER | _NEW_NET)


def _forked(data: bytes, what: int) -> str:
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:  # whatever happens, the fork ends here
            os.closerange(0, write)
            os.closerange(write + 1, 1 << 10)
            confined = _confine(_seconds(what))
            answer = _answer(data, what) if confined else _error("no way to confine the decoder here")
            os.write(write, answer.encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answers:
        said = _until_it_ends(answers, 2 * _seconds(what))
    os.kill(child, signal.SIGKILL)  # it may have closed its pipe and gone on; until it is waited for the id is its own
    os.waitpid(child, 0)
    return said.decode("utf-8", "replace").replace("\n", " ") or _error("decoding ended without an answer")


def _seconds(what: int) -> int:
    return FILM_SECONDS if what == ord("v") else SECONDS


def _until_it_ends(answers: BinaryIO, seconds: int) -> bytes:
    """What it says before its time on the clock is over."""
    over = time.monotonic() + seconds
    said = b""
    while len(said) < _ANSWER and (left := over - time.monotonic()) > 0:
        if select.select([answers], [], [], left)[0]:
            piece = os.read(answers.fileno(), _ANSWER)
            if not piece:
                return said
            said += piece
    return b""


def _confine(seconds: int) -> bool:
    """Whether from here on this process can do nothing but compute, within limits."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open
    ):
        resource.setrlimit(what, (most, most))
    return without_kernel()


class _Step(ctypes.Structure):
    """struct sock_filter (linux/filter.h)."""

    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("size", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def without_kernel() -> bool:
    """Let the kernel refuse this process every system call that is not allowed, for good; whether it does."""
    audit, seccomp, numbers = _ALLOWED.get(os.uname().machine, (0, 0, ()))
    if not numbers or sys.platform != "linux":
        return False
    load, equal, answer = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
    allow, refuse, kill = 0x7FFF0000, 0x00050001, 0x80000000  # …, with EPERM, the process
    steps = [
        (load, 0, 0, 4), (equal, 1, 0, audit), (answer, 0, 0, kill), (load, 0, 0, 0),
        *((equal, len(numbers) - at, 0, number) for at, number in enumerate(numbers)),
        (answer, 0, 0, refuse), (answer, 0, 0, allow),
    ]  # fmt: skip
    program = _Program(len(steps), (_Step * len(steps))(*(_Step(*step) for step in steps)))
    libc = ctypes.CDLL(None)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not libc.syscall(seccomp, _FILTER, _EVERY_THREAD, ctypes.byref(program))


def _answer(data: bytes, what: int) -> str:
    try:
        read = {ord("p"): _picture, ord("v"): _film}.get(what, _document)
        return json.dumps(read(data))
    except MemoryError:
        return _error("more memory than allowed")
    except Exception as error:  # a decoder may raise anything on a hostile file; its type says enough
        return _error(_words(error))


def _error(said: str) -> str:
    return json.dumps({"error": said})


def _words(error: Exception) -> str:
    said = {"UnidentifiedImageError": "no picture of an allowed format", "DecompressionBombError": "too many pixels"}
    return said.get(type(error).__name__, f"{type(error).__name__} while decoding")


def _document(data: bytes) -> dict[str, Any]:
    """TLSH, where the file is long and varied enough to have one and the library is there."""
    try:
        import tlsh
    except ImportError:
        return {}
    digest = tlsh.hash(data)
    return {"tlsh": digest} if digest and digest != "TNULL" else {}


def _picture(data: bytes) -> dict[str, Any]:
    import numpy
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > PIXELS:
            return {"error": "too many pixels"}
        kind = image.format
        image.seek(0)
        pixels = numpy.asarray(_opaque(image))
    found = _hashed(pixels)
    said = {"format": kind, "width": pixels.shape[1], "height": pixels.shape[0], "pdq": found[0], "quality": found[1]}
    inner = _inside_border(pixels)
    if inner is not None:
        digest, quality = _hashed(inner)
        said |= {"inner": digest} if quality >= 50 else {}
    return said


def _film(data: bytes) -> dict[str, Any]:
    """Its frames, one a second, without those that look like the one before; the second in which each is shown."""
    try:
        import av
    except ImportError:
        return {"error": "a film, and no package av"}
    container = next((kind for at, start, kind in FILMS if data[at : at + len(start)] == start), None)
    if container is None:
        return {"error": "no film of an allowed format"}
    with av.open(io.BytesIO(data), mode="r", format=container, options={"protocol_whitelist": "none"}) as film:
        if not film.streams.video:
            return {"error": "no picture in the film"}
        stream = film.streams.video[0]
        if stream.width * stream.height > PIXELS:
            return {"error": "too many pixels"}
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        if (film.duration or 0) > _LONG * 1_000_000:
            stream.codec_context.skip_frame = "NONKEY"
        frames = _frames(film.decode(stream))
    return {"container": container, "frames": frames} if frames else {"error": "no frame could be decoded"}


def _frames(decoded: Any) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    step, due, last, before = 1.0, 0.0, -0.04, -1
    for frame in decoded:
        last = frame.time if frame.time is not None and frame.time >= 0 else last + 0.04  # 25 a second where none says
        if last < due and kept:
            continue
        if frame.width * frame.height > PIXELS:
            raise ValueError
        due = (last // step + 1) * step
        digest, quality = _hashed(frame.to_ndarray(format="rgb24"))
        if kept and (int(digest, 16) ^ before).bit_count() <= _STILL:
            continue
        before = int(digest, 16)
        kept.append({"second": round(last, 2), "pdq": digest, "quality": quality})
        if len(kept) > _FRAMES:
            kept, step = kept[::2], step * 2
    return kept


def _opaque(image: Any) -> Any:
    """RGB; what is transparent shows white."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return image.convert("RGB")


def _hashed(pixels: Any) -> tuple[str, int]:
    import numpy
    import pdqhash

    bits, quality = pdqhash.compute(numpy.ascontiguousarray(pixels))
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):064x}", int(quality)


def _inside_border(pixels: Any) -> Any:
    """What a plain border surrounds; None where there is none, or hardly anything inside."""
    top, bottom = _plain_ends(pixels)
    if top + bottom >= len(pixels):
        return None
    left, right = _plain_ends(pixels[top : pixels.shape[0] - bottom].swapaxes(0, 1))
    if not (top or bottom or left or right):
        return None
    inner = pixels[top : pixels.shape[0] - bottom, left : pixels.shape[1] - right]
    return inner if min(inner.shape[:2]) >= _SMALLEST_INNER else None


def _plain_ends(lines: Any) -> tuple[int, int]:
    first = 0
    while first < len(lines) and _plain(lines[first]):
        first += 1
    last = 0
    while last < len(lines) - first and _plain(lines[-1 - last]):
        last += 1
    return first, last


def _plain(line: Any) -> bool:
    import numpy

    values = line.astype(numpy.int16)
    apart = numpy.abs(values - numpy.median(values, axis=0)).max(axis=1)
    return bool((apart <= _TOLERANCE).mean() >= _SHARE)


if __name__ == "__main__":
    main()
