"""Files of pictures, films and documents become hashes. The file itself is read, never kept: only hashes travel.

Needs the extra `oureyes[media]`; decoding happens in a process of its own (`record.decoding`).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import struct
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from oureyes.errors import ConfigError, InvalidObject
from oureyes.model.mediahashes import Film, Frame, Picture, media_object
from oureyes.model.objects import StixObject
from oureyes.record import decoding, isolated

__all__ = ["LARGEST", "LARGEST_FILM", "hashed"]

LARGEST = 128 << 20  # bytes of one file
LARGEST_FILM = 512 << 20  # … and of a film
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".avif", ".svg", ".ico")
_FILMS = (".mp4", ".m4v", ".mov", ".3gp", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".m3u8")
_FILM_MIMES = {"mov": "video/mp4", "matroska": "video/x-matroska", "avi": "video/x-msvideo"}
_MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
_PDQ, _TLSH = re.compile(r"[0-9a-f]{64}"), re.compile(r"(?:T1)?[0-9A-Fa-f]{70}")
_NEEDED = ("PIL", "pdqhash", "numpy")


def hashed(paths: Iterable[Path]) -> Iterator[StixObject | InvalidObject]:
    """For each file the object that stands for it, or why there is none; one bad file stops nothing."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError("hashing of media", "the extra oureyes[media]", f"no {', '.join(missing)}", "install it")
    with _Decoder() as decoder:
        for path in paths:
            try:
                yield _one(decoder, path)
            except InvalidObject as error:
                yield error


def _is_picture(head: bytes) -> bool:
    return head.startswith(_STARTS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _is_film(head: bytes) -> bool:
    return any(head[at : at + len(start)] == start for at, start, _ in decoding.FILMS)


def _what(path: Path, data: bytes) -> str:
    """p a picture, v a film, d anything else; a file that is not what its name says is refused."""
    if _is_picture(data[:16]):
        return "p"
    if _is_film(data[:16]):
        return "v"
    for names, formats in ((_PICTURES, "JPEG, PNG, WebP or GIF"), (_FILMS, "MP4, Matroska, WebM or AVI")):
        if path.name.lower().endswith(names):
            raise InvalidObject(path.name, formats, "something else under such a name", "convert it")
    return "d"


def _one(decoder: _Decoder, path: Path) -> StixObject:
    data = _read(path)
    what = _what(path, data)
    said = decoder.ask(data, what)
    if "error" in said:
        raise InvalidObject(path.name, "a whole medium of an allowed format and size", str(said["error"])[:80])
    try:
        return _object(data, what, said, path.name)
    except (KeyError, TypeError, ValueError, OverflowError):  # the decoder is not believed: a file may have taken it
        raise InvalidObject(path.name, "hashes from the decoder", "an answer of another form") from None


def _object(data: bytes, what: str, said: Mapping[str, Any], name: str) -> StixObject:
    hashes = {"SHA-256": hashlib.sha256(data).hexdigest()}
    if what == "v":
        mime = "video/webm" if b"webm" in data[:64] else _FILM_MIMES[said["container"]]
        frames = tuple(Frame(_pdq(one["pdq"]), int(one["quality"]), float(one["second"])) for one in said["frames"])
        return media_object(hashes, size=len(data), mime=mime, film=Film(frames))
    if what == "d":
        if "tlsh" not in said:
            raise InvalidObject(name, "a medium, or a document TLSH can digest", "neither", "it may be too short")
        return media_object({**hashes, "TLSH": _tlsh(said["tlsh"])}, size=len(data))
    inner = _pdq(said["inner"]) if "inner" in said else ""
    found = Picture(_pdq(said["pdq"]), int(said["quality"]), inner)
    return media_object(hashes, size=len(data), mime=_MIMES[said["format"]], picture=found)


def _pdq(text: Any) -> str:
    if not isinstance(text, str) or not _PDQ.fullmatch(text):
        raise ValueError
    return text


def _tlsh(text: Any) -> str:
    if not isinstance(text, str) or not _TLSH.fullmatch(text):
        raise ValueError
    return text


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
            most = LARGEST_FILM if _is_film(head) else LARGEST
            data = head + stream.read(most + 1 - len(head))
    except OSError as error:
        raise InvalidObject(path.name, "a readable file", type(error).__name__, "check the path") from None
    if not data or len(data) > most:
        raise InvalidObject(path.name, f"1 to {most} bytes", "none" if not data else "more")
    return data


class _Decoder:
    """The process that decodes; started anew when it dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, data: bytes, what: str) -> dict[str, Any]:
        """What it says of a file."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(struct.pack(">IB", len(data), ord(what)) + data)
            process.stdin.flush()
            said = json.loads(process.stdout.readline(1 << 19))
        except (OSError, ValueError, RecursionError):
            self._end()
            return {"error": "the decoding process ended"}
        return said if isinstance(said, dict) else {"error": "an answer that is none"}

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = isolated.started(Path(decoding.__file__))
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            isolated.ended(process)
