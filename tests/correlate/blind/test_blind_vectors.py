"""Our code against the vectors that other implementations of hitno/1 are given."""

import base64
import json

import pytest
from paths import ROOT

from oureyes.correlate import blind
from oureyes.correlate.blind import voprf
from oureyes.correlate.blind.messages import read_answer
from oureyes.errors import InvalidObject

TOLD = json.loads((ROOT / "interop" / "hitno-1.json").read_text("utf-8"))
KEY = blind.derive_key(bytes.fromhex(TOLD["key"]["seed"]), TOLD["key"]["info"].encode())


def test_the_key_is_the_one_that_is_published():
    assert KEY.public.hex() == TOLD["key"]["public"]


@pytest.mark.parametrize("case", TOLD["valid"], ids=lambda case: case["name"])
def test_a_value_has_its_normal_form_its_input_and_its_output(case):
    made = blind.selector(case["kind"], case["value"], case["country"])
    assert (made.text, made.input.hex()) == (case["name"], case["input"])
    output = blind.evaluate_known(KEY, made.input)
    assert output.hex() == case["output"]
    assert output in blind.Filter(base64.b64decode(TOLD["filter"]["raw"]))


def test_the_answer_fits_the_question_and_gives_the_outputs():
    question = blind.read_question(base64.b64decode(TOLD["question"]["raw"]))
    answer = read_answer(base64.b64decode(TOLD["answer"]["raw"]), 8)
    inputs = [*(bytes.fromhex(case["input"]) for case in TOLD["valid"]), *(b"filler %d" % n for n in range(6))]
    scalars = [bytes.fromhex(one) for one in TOLD["question"]["blinds"]]
    found = voprf.finalize(inputs, scalars, question.elements, answer.elements, answer.proof, KEY.public)
    assert [one.hex() for one in found[:2]] == [case["output"] for case in TOLD["valid"]]


@pytest.mark.parametrize("case", TOLD["invalid"], ids=lambda case: case["name"])
def test_what_is_no_element_is_refused(case):
    with pytest.raises(InvalidObject):
        blind.refuse_bad_elements([bytes.fromhex(case["element"])])
