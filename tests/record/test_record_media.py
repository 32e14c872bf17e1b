"""Hostile files at the decoder: each is refused or hashed, none hangs, eats the machine, or stops the next."""

import io
import struct
import time
import zlib

import pytest
from paths import DATA

from oureyes.errors import ConfigError, InvalidObject
from oureyes.record import media
from oureyes.record.media import hashed

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")


def a_picture(form="PNG", size=(96, 96), mode="RGB", **how):
    """Stripes and blots: enough in it to be told from others."""
    from PIL import Image

    image = Image.new("RGB", size)
    image.putdata([((x * 7) % 256, (y * 11) % 256, (x * y) % 256) for y in range(size[1]) for x in range(size[0])])
    out = io.BytesIO()
    image.convert(mode).save(out, form, **how)
    return out.getvalue()


def a_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(width, height, packed):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    return start + a_chunk(b"IHDR", head) + a_chunk(b"IDAT", packed) + a_chunk(b"IEND", b"")


BOMB = a_png(6000, 6000, zlib.compress(b"\0" * 3 * 36_000_000, 9)[:200_000])  # 36 million pixels, cut off
HUGE = a_png(100_000, 100_000, zlib.compress(b"\0" * 1000))
HOSTILE = {
    "huge.png": HUGE,
    "bomb.png": BOMB,
    "empty.gif": b"GIF89a",
    "wrong.jpg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "script.png": b"#!/bin/sh\nexit 1\n" * 20,
    "nothing.webp": b"",
    "riff.webp": b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 50,
    "tiff.tif": b"II*\0" + b"\0" * 400,
}


def files(folder, contents):
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


@pytest.mark.media
def test_hostile_files_are_refused_each_with_its_reason_and_the_next_is_taken(tmp_path):
    started = time.monotonic()
    hostile = {"cut.jpg": a_picture("JPEG")[:900], "cut.png": a_picture()[:-2000], **HOSTILE}
    found = list(hashed([*files(tmp_path, hostile), *files(tmp_path, {"good.png": a_picture()})]))
    assert [type(one).__name__ for one in found[:-1]] == ["InvalidObject"] * len(hostile)
    assert found[-1].content["mime_type"] == "image/png"
    assert time.monotonic() - started < 20
    said = dict(zip(hostile, found, strict=False))
    assert said["huge.png"].found == "too many pixels"
    assert said["wrong.jpg"].found == "something else under such a name"
    assert all(name in str(error) and len(str(error)) < 300 for name, error in said.items())


@pytest.mark.media
def test_a_file_that_is_two_things_is_hashed_as_the_picture_it_begins_as(tmp_path):
    both = {"a.png": a_picture(), "b.png": a_picture() + b"PK\x03\x04" + b"evil" * 100}
    one, other = hashed(files(tmp_path, both))
    assert one.content["hashes"]["PDQ"] == other.content["hashes"]["PDQ"]
    assert one.content["hashes"]["SHA-256"] != other.content["hashes"]["SHA-256"]


@pytest.mark.media
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_allowed_format_is_hashed_and_the_name_does_not_matter(tmp_path, form):
    (found,) = hashed(files(tmp_path, {"picture.dat": a_picture(form)}))
    assert found.content["mime_type"] == f"image/{form.lower()}"
    assert len(found.content["hashes"]["PDQ"]) == 64


@pytest.mark.media
def test_only_the_first_picture_of_an_animation_is_looked_at(tmp_path):
    from PIL import Image

    first, second = Image.open(io.BytesIO(a_picture("GIF"))), Image.new("P", (96, 96))
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=[second])
    still, moving = hashed(files(tmp_path, {"still.gif": a_picture("GIF"), "moving.gif": out.getvalue()}))
    assert still.content["hashes"]["PDQ"] == moving.content["hashes"]["PDQ"]


@pytest.mark.media
def test_what_is_transparent_shows_white(tmp_path):
    from PIL import Image

    clear = io.BytesIO()
    Image.new("RGBA", (80, 80), (200, 30, 30, 0)).save(clear, "PNG")
    white = io.BytesIO()
    Image.new("RGB", (80, 80), "white").save(white, "PNG")
    one, other = hashed(files(tmp_path, {"clear.png": clear.getvalue(), "white.png": white.getvalue()}))
    assert one.content["hashes"]["PDQ"] == other.content["hashes"]["PDQ"]


@pytest.mark.media
@held
def test_the_bad_pictures_of_the_shared_data_are_what_their_index_expects():
    tiny, text = hashed([DATA / "bad-input/image__1x1.png", DATA / "bad-input/image__not_an_image.jpg"])
    extension = next(iter(tiny.content["extensions"].values()))
    assert extension["quality"] < 50  # kept, and matched with nothing
    assert isinstance(text, InvalidObject)


@pytest.mark.media
def test_a_document_gets_a_digest_that_stays_alike(tmp_path):
    text = "".join(f"Step {at}: weigh {at * 3} and mix with care.\n" for at in range(200)).encode()
    one, other = hashed(files(tmp_path, {"a.txt": text, "b.txt": text.replace(b"Step 7", b"Step 8")}))
    assert one.content["hashes"]["TLSH"] != other.content["hashes"]["TLSH"]
    (short,) = hashed(files(tmp_path, {"c.txt": b"too short"}))
    assert isinstance(short, InvalidObject)


WAYS_OUT = """
import mmap, signal, socket, subprocess
_LIBC = ctypes.CDLL(None, use_errno=True)
_OLD = "OLD FILE"


def _tried(name, attempt):
    try:
        failed = attempt() == -1
    except BaseException:  # whatever stops it
        failed = True
    return [] if failed else [name]


def _picture(data):
    if len(data) < 2000:
        return {}  # what it warms up with
    above = os.getppid()
    ways = {
        "open": lambda: open("/etc/passwd"),
        "write": lambda: open("escaped", "w").write("x"),
        "start": lambda: subprocess.run(["true"]),
        "fork": lambda: os.fork() or os._exit(0),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
        "socketpair": lambda: socket.socketpair(),
        "memory": lambda: bytearray(3 << 30),
        "delete": lambda: os.unlink(_OLD),
        "move": lambda: os.rename(_OLD, _OLD + "2"),
        "cut": lambda: os.truncate(_OLD, 0),
        "rights": lambda: os.chmod(_OLD, 0o777),
        "folder": lambda: os.mkdir(_OLD + "3"),
        "link": lambda: os.symlink("/etc/passwd", _OLD + "4"),
        "look": lambda: os.stat(_OLD),
        "signal": lambda: os.kill(above, 0),
        "limit": lambda: resource.prlimit(above, resource.RLIMIT_NOFILE, (10, 10)),
        "slow": lambda: os.setpriority(os.PRIO_PROCESS, above, 19),
        "ptrace": lambda: _LIBC.ptrace(16, above, 0, 0),
        "peek": lambda: _LIBC.process_vm_readv(above, None, 0, None, 0, 0),
        "shared memory": lambda: _LIBC.shmget(0, 1 << 20, 0o600),
        "queue": lambda: _LIBC.msgget(0, 0o600),
        "next file": lambda: os.read(0, 1) and 0,
        "next answer": lambda: os.write(1, b'{"format": "PNG", "pdq": "00", "quality": 100}\\n'),
        "errors": lambda: os.write(2, b"x"),
        "more limits": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
        "environment": lambda: 0 if {"HOME", "PATH", "OUREYES_HOME", "PYTHONPATH"} & set(os.environ) else -1,
    }
    return {"error": "open: " + ",".join(way for name, attempt in ways.items() for way in _tried(name, attempt))}


if __name__ == "__main__":
"""


def put_in(folder, monkeypatch, code, name="escape.py", **changes):
    """In the place of the picture decoder, other code."""
    source = media.Path(media.decoding.__file__).read_text().replace('if __name__ == "__main__":\n', code)
    for old, new in changes.values():
        source = source.replace(old, new)
    (folder / name).write_text(source)
    monkeypatch.setattr(media.decoding, "__file__", str(folder / name))


@pytest.mark.media
def test_code_in_the_place_of_a_decoder_finds_every_way_out_closed(tmp_path, monkeypatch):
    old = tmp_path / "old"
    old.write_text("as it was")
    put_in(tmp_path, monkeypatch, WAYS_OUT, old=("OLD FILE", str(old)))
    text = b"".join(b"a line of a document, number %d\n" % at for at in range(90))
    found, good = hashed(files(tmp_path, {"a.png": a_picture(), "good.txt": text}))
    assert found.found == "open: "
    assert old.read_text() == "as it was"
    assert good.content["hashes"]["TLSH"]  # it answers as itself, whatever the one before tried to say for it


@pytest.mark.media
def test_a_decoder_that_dies_or_never_answers_costs_one_file(tmp_path, monkeypatch):
    broken = tmp_path / "broken.py"
    source = (media.Path(media.decoding.__file__)).read_text().replace("SECONDS = 30", "SECONDS = 1")
    dying = """
def _picture(data):
    if len(data) != 61:
        return {}  # what it warms up with
    while data[60] % 2:
        pass
    os.kill(os.getpid(), 11)


if __name__ == "__main__":
"""
    broken.write_text(source.replace('if __name__ == "__main__":\n', dying))
    monkeypatch.setattr(media.decoding, "__file__", str(broken))
    head = b"\x89PNG\r\n\x1a\n" + b"\0" * 52
    text = b"".join(b"a line of a document, number %d\n" % at for at in range(90))
    found = list(hashed(files(tmp_path, {"die.png": head + b"\0", "hang.png": head + b"\1", "good.txt": text})))
    assert [type(one).__name__ for one in found] == ["InvalidObject", "InvalidObject", "StixObject"]


@pytest.mark.media
def test_a_decoder_that_closes_its_pipe_and_stays_is_ended(tmp_path, monkeypatch):
    code = """
def _picture(data):
    if len(data) >= 2000:
        os.closerange(0, 64)
        while True:
            time.monotonic()
    return {}


if __name__ == "__main__":
"""
    put_in(tmp_path, monkeypatch, code)
    started = time.monotonic()
    (found,) = hashed(files(tmp_path, {"a.png": a_picture()}))
    assert found.found == "decoding ended without an answer"
    assert time.monotonic() - started < 20  # not only when its processor time is over


@pytest.mark.media
def test_where_the_kernel_cannot_confine_it_nothing_is_decoded(tmp_path, monkeypatch):
    put_in(tmp_path, monkeypatch, 'if __name__ == "__main__":\n', machine=('"x86_64": (', '"vax": ('),
           other=('"aarch64": (', '"pdp11": ('))  # fmt: skip
    (found,) = hashed(files(tmp_path, {"a.png": a_picture()}))
    assert found.found == "no way to confine the decoder here"


ANSWERS = [
    {}, {"format": "PNG"}, {"format": "PNG", "pdq": "zz", "quality": 1}, {"format": [], "pdq": "0" * 64, "quality": 1},
    {"format": "PNG", "pdq": "0" * 64, "quality": "much"}, {"format": "PNG", "pdq": ["0" * 64], "quality": 1},
    {"format": "PNG", "pdq": "0" * 64, "quality": float("inf")},
    {"format": "PNG", "pdq": "0" * 64, "quality": 1, "inner": "<script>"}, {"error": ["x" * 500]},
]  # fmt: skip


@pytest.mark.parametrize("said", ANSWERS)
def test_an_answer_of_another_form_is_not_believed(tmp_path, monkeypatch, said):
    monkeypatch.setattr(media, "_NEEDED", ())
    monkeypatch.setattr(media._Decoder, "ask", lambda self, data, what: said)
    (found,) = hashed(files(tmp_path, {"a.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 52}))
    assert isinstance(found, InvalidObject)
    assert len(str(found)) < 300


def test_an_answer_nested_too_deep_ends_the_decoder_and_not_the_node(tmp_path, monkeypatch):
    deep = tmp_path / "deep.py"
    deep.write_text("import sys\nsys.stdin.buffer.read(5)\nprint('[' * 100_000)\n")
    monkeypatch.setattr(media, "_NEEDED", ())
    monkeypatch.setattr(media.decoding, "__file__", str(deep))
    (found,) = hashed(files(tmp_path, {"a.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 52}))
    assert found.found == "the decoding process ended"


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(media, "_NEEDED", ("no_such_module",))
    with pytest.raises(ConfigError, match=r"oureyes\[media\]"):
        list(hashed([]))


@pytest.mark.media
def test_a_file_that_cannot_be_opened_or_is_too_large_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(media, "LARGEST", 100)
    gone, large = hashed([tmp_path / "gone.png", *files(tmp_path, {"large.png": a_picture()})])
    assert gone.found == "FileNotFoundError"
    assert large.found == "more"
