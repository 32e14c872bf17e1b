"""RFC 9497's vectors (Appendix A.1.2), another implementation both ways, and what must be refused."""

import hashlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voprf import ristretto

from oureyes.correlate.blind import voprf
from oureyes.errors import InvalidObject, VerificationError

SEED, INFO = bytes([0xA3]) * 32, b"test key"
PRIVATE = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909"
PUBLIC = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
BLIND = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"
BLIND_2 = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"
OUTPUT = (
    "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
    "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
)
OUTPUT_2 = (
    "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
    "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6"
)
VECTORS = [
    {
        "inputs": ["00"],
        "blinds": [BLIND],
        "blinded": ["863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"],
        "evaluated": ["aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"],
        "random": BLIND_2,
        "proof": "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
        "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
        "outputs": [OUTPUT],
    },
    {
        "inputs": ["5a" * 17],
        "blinds": [BLIND],
        "blinded": ["cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c"],
        "evaluated": ["60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468"],
        "random": BLIND_2,
        "proof": "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a"
        "67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
        "outputs": [OUTPUT_2],
    },
    {
        "inputs": ["00", "5a" * 17],
        "blinds": [BLIND, BLIND_2],
        "blinded": [
            "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
            "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
        ],
        "evaluated": [
            "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
            "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
        ],
        "random": "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
        "proof": "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a"
        "5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
        "outputs": [OUTPUT, OUTPUT_2],
    },
]
P = 2**255 - 19


def raw(texts):
    return [bytes.fromhex(text) for text in texts]


def test_the_key_is_the_one_of_the_rfc():
    key = voprf.derive_key(SEED, INFO)
    assert (key.scalar.hex(), key.public.hex()) == (PRIVATE, PUBLIC)
    assert PRIVATE not in repr(key)


@pytest.mark.parametrize("vector", VECTORS, ids=["one", "another", "a batch of two"])
def test_each_step_gives_what_the_rfc_prints(vector):
    key, inputs, blinds = voprf.derive_key(SEED, INFO), raw(vector["inputs"]), raw(vector["blinds"])
    blinded = [voprf.blind(value, scalar) for value, scalar in zip(inputs, blinds, strict=True)]
    assert [one.hex() for one in blinded] == vector["blinded"]
    evaluated, proof = voprf.evaluate(key, blinded, lambda: bytes.fromhex(vector["random"]))
    assert [one.hex() for one in evaluated] == vector["evaluated"]
    assert proof.hex() == vector["proof"]
    outputs = voprf.finalize(inputs, blinds, blinded, evaluated, proof, key.public)
    assert [one.hex() for one in outputs] == vector["outputs"]
    assert [voprf.evaluate_known(key, value).hex() for value in inputs] == vector["outputs"]


def test_another_implementation_answers_us_and_we_believe_it():
    seed, info, values = os.urandom(32), b"oureyes hitno/1 ID 2026-11 phone", [b"one", b"two", b"three"]
    theirs = ristretto.Evaluator.from_seed(seed, info)
    ours = voprf.derive_key(seed, info)
    assert theirs.public_key.serialize() == ours.public
    scalars = [voprf.random_scalar() for _ in range(8)]
    blinded = [voprf.blind(value, scalar) for value, scalar in zip(values, scalars, strict=False)]
    blinded += [voprf.filler(scalar) for scalar in scalars[len(values) :]]
    answer = theirs.evaluate_batch([ristretto.BlindedInput.deserialize(one) for one in blinded]).serialize()
    proof, evaluated = answer[:64], [answer[at : at + 32] for at in range(64, len(answer), 32)]
    outputs = voprf.finalize(values, scalars, blinded, evaluated, proof, ours.public)
    assert outputs == [voprf.evaluate_known(ours, value) for value in values]
    assert outputs == [theirs.evaluate_known_input(value) for value in values]


def test_we_answer_another_implementation_and_it_believes_us():
    key, values = voprf.derive_key(os.urandom(32), b"wallet"), [b"a", b"b"]
    clients = [ristretto.Client.blind(value) for value in values]
    evaluated, proof = voprf.evaluate(key, [blinded.serialize() for _, blinded in clients])
    answer = ristretto.VerifiableBatchOutput.deserialize(proof + b"".join(evaluated))
    outputs = ristretto.Client.finalize_batch(
        [client for client, _ in clients], answer, ristretto.PublicKey.deserialize(key.public)
    )
    assert outputs == [voprf.evaluate_known(key, value) for value in values]


def an_answer(count=8, fillers=0):
    key = voprf.derive_key(os.urandom(32), b"phone")
    values = [b"%d" % place for place in range(count)]
    scalars = [voprf.random_scalar() for _ in range(count + fillers)]
    blinded = [voprf.blind(value, scalar) for value, scalar in zip(values, scalars, strict=False)]
    blinded += [voprf.filler(scalar) for scalar in scalars[count:]]
    return key, values, scalars, blinded, *voprf.evaluate(key, blinded)


def test_an_answer_under_another_key_is_not_believed():
    key, values, scalars, blinded, *_ = an_answer()
    other = voprf.derive_key(os.urandom(32), b"tagged")
    evaluated, proof = voprf.evaluate(other, blinded)
    with pytest.raises(VerificationError, match="committed key"):
        voprf.finalize(values, scalars, blinded, evaluated, proof, key.public)


@pytest.mark.parametrize("count", [8, 4, 1], ids=["asked", "the last asked", "a filler"])
def test_a_single_element_under_another_key_spoils_the_batch(count):
    key, values, scalars, blinded, evaluated, proof = an_answer(count, 8 - count)
    evaluated[3] = voprf.evaluate(voprf.derive_key(os.urandom(32), b"x"), blinded)[0][3]
    with pytest.raises(VerificationError):
        voprf.finalize(values, scalars, blinded, evaluated, proof, key.public)


@pytest.mark.parametrize("change", ["fewer values", "a scalar of another filler"])
def test_what_was_asked_otherwise_than_it_is_remembered_is_not_believed(change):
    """A filler counts in the composite by its scalar: as a value, or by another's, it would give another composite."""
    key, values, scalars, blinded, evaluated, proof = an_answer(3, 5)
    if change == "fewer values":
        values = values[:2]
    else:
        scalars[-1] = scalars[-2]
    with pytest.raises(VerificationError):
        voprf.finalize(values, scalars, blinded, evaluated, proof, key.public)


def test_fillers_change_no_output():
    key, values, scalars, blinded, evaluated, proof = an_answer(3, 5)
    outputs = voprf.finalize(values, scalars, blinded, evaluated, proof, key.public)
    assert outputs == [voprf.evaluate_known(key, value) for value in values]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 511))
def test_a_proof_with_any_bit_turned_does_not_hold(place):
    key, values, scalars, blinded, evaluated, proof = an_answer(1)
    turned = bytearray(proof)
    turned[place // 8] ^= 1 << place % 8
    with pytest.raises(VerificationError):
        voprf.finalize(values, scalars, blinded, evaluated, bytes(turned), key.public)


def test_a_proof_that_is_not_canonical_does_not_hold():
    key, values, scalars, blinded, evaluated, proof = an_answer(1)
    order = 2**252 + 27742317777372353535851937790883648493
    shifted = (int.from_bytes(proof[32:], "little") + order).to_bytes(32, "little")
    with pytest.raises(VerificationError, match="canonical"):
        voprf.finalize(values, scalars, blinded, evaluated, proof[:32] + shifted, key.public)


@pytest.mark.parametrize(
    "element",
    [
        bytes(32),  # the identity
        b"",
        b"\x01" * 31,
        (P + 2).to_bytes(32, "little"),  # not reduced
        b"\xff" * 32,
        b"\x01" + bytes(31),  # negative
        bytes(31) + b"\x80",
    ],
    ids=["identity", "empty", "short", "not reduced", "all ones", "negative", "high bit"],
)
def test_what_is_no_canonical_element_is_neither_evaluated_nor_believed(element):
    key, values, scalars, blinded, evaluated, proof = an_answer(2)
    with pytest.raises(InvalidObject):
        voprf.evaluate(key, [blinded[0], element])
    with pytest.raises(InvalidObject):
        voprf.finalize(values, scalars, blinded, [evaluated[0], element], proof, key.public)
    with pytest.raises(InvalidObject):
        voprf.finalize(values, scalars, blinded, evaluated, proof, element)


def test_too_many_elements_or_none_are_refused():
    for count in (0, 513):
        with pytest.raises(InvalidObject):
            voprf.refuse_bad_elements([bytes(32)] * count)


def test_fewer_answers_than_questions_are_not_believed():
    key, values, scalars, blinded, evaluated, proof = an_answer(3)
    with pytest.raises(VerificationError):
        voprf.finalize(values, scalars, blinded, evaluated[:2], proof, key.public)
    with pytest.raises(VerificationError):
        voprf.finalize([*values, b"more"], scalars, blinded, evaluated, proof, key.public)


def test_the_same_value_blinded_twice_shows_nothing_in_common():
    first, second = (voprf.blind(b"+66812345678", voprf.random_scalar()) for _ in range(2))
    assert first != second
    assert hashlib.sha256(b"+66812345678").digest() not in (first, second)


def test_a_seed_of_another_length_is_refused():
    with pytest.raises(InvalidObject):
        voprf.derive_key(b"short", INFO)
