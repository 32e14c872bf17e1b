"""Lists of hashes in each of their forms give the same objects, come back as they went, and what is none is named."""

import io
import json

from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import signals

ONE = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
OTHER = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def taken(data):
    assert signals.sniff(data, "list")
    return list(signals.read(io.BytesIO(data), Options(source="list")))


def test_each_form_of_a_list_gives_the_same_object():
    lines = f"pdq {ONE}\n".encode()
    rows = f"signal_type,signal_str,category,tags\npdq,{ONE},POSITIVE_CLASS,\n".encode()
    answer = json.dumps({"data": [{"type": "HASH_PDQ", "indicator": ONE}]}).encode()
    ids = {item.object.id for data in (lines, rows, answer) for item in taken(data)}
    assert len(ids) == 1


def test_what_is_no_hash_is_put_aside_and_the_next_is_taken():
    found = taken(f"pdq {ONE[:-1]}\npdq {OTHER}\n".encode())
    assert [type(one) for one in found] == [Rejected, Record]


def test_what_is_exported_is_read_again_with_its_words():
    held = [(taken(f"pdq {ONE}\n".encode())[0].object, ["recruitment", "disagree"])]
    for data in (signals.export_csv(held, "posters"), signals.export_json(held, "posters")):
        (found,) = taken(data)
        assert found.object.id == held[0][0].id
        assert set(found.tags) == {"recruitment", "disagree"}


def test_other_files_are_not_claimed():
    assert not signals.sniff(b'{"type": "bundle", "objects": []}', "x.json")
    assert not signals.sniff(b"name,born\nA,1970\n", "x.csv")
