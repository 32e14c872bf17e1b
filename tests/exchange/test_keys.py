"""Keys: what they are made from, and which are refused."""

import pytest
from exchange_parties import SEAL, SIGN

from oureyes.errors import ConfigError, VerificationError
from oureyes.exchange.keys import (
    SEALING_COST,
    SealKey,
    SignKey,
    encrypt,
    interop_seed,
    key_id,
    load_seal_key,
    load_sign_key,
    new_seal_key,
    new_sign_key,
    refuse_weak_public,
    verify,
)

RFC_8032 = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
XWING_DRAFT = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
PUBLISHED = [RFC_8032, XWING_DRAFT, bytes(32), b"\x01" * 32, bytes(range(32)), b"\xff" * 32, interop_seed("ID")]


def test_signatures_are_those_of_rfc_8032():
    key = SignKey(RFC_8032)
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")


def test_sealing_keys_are_those_of_the_x_wing_draft():
    public = SealKey(XWING_DRAFT).public
    assert public[:16].hex() == "e2236b35a8c24b39b10aa1323a96a919"
    assert len(public) == 1216


def test_a_new_key_survives_being_saved():
    signing, sealing = new_sign_key(), new_seal_key()
    assert load_sign_key(signing.seed).public == signing.public
    assert load_seal_key(sealing.seed).public == sealing.public
    assert signing.id == key_id(signing.public) != sealing.id


@pytest.mark.parametrize("seed", PUBLISHED)
def test_a_key_that_anybody_can_know_is_refused(seed):
    for load in (load_sign_key, load_seal_key):
        with pytest.raises(ConfigError, match="published"):
            load(seed)


@pytest.mark.parametrize("seed", [b"", b"short", bytes(33)])
def test_a_key_file_of_another_length_is_refused(seed):
    for load in (load_sign_key, load_seal_key, SignKey, SealKey):
        with pytest.raises(ConfigError, match="32 bytes"):
            load(seed)


def test_a_private_key_never_shows_itself():
    key = SIGN["ID"]
    assert repr(key) == "SignKey()"
    assert "seed" not in repr(SEAL["ID"])


def test_a_signature_holds_for_its_message_and_key_only():
    signature = SIGN["ID"].sign(b"message")
    assert verify(SIGN["ID"].public, signature, b"message")
    assert not verify(SIGN["ID"].public, signature, b"another")
    assert not verify(SIGN["SG"].public, signature, b"message")
    assert not verify(b"no key", signature, b"message")
    assert not verify(SIGN["ID"].public, b"no signature", b"message")


def test_what_is_sealed_opens_with_its_key_and_info_only():
    sealed = encrypt(b"message", SEAL["SG"].public, b"here")
    assert len(sealed) == len(b"message") + SEALING_COST
    assert SEAL["SG"].decrypt(sealed, b"here") == b"message"
    for key, info, altered in (
        (SEAL["MY"], b"here", sealed),
        (SEAL["SG"], b"there", sealed),
        (SEAL["SG"], b"here", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (SEAL["SG"], b"here", b"short"),
        (SEAL["SG"], b"here", b""),
    ):
        with pytest.raises(VerificationError):
            key.decrypt(altered, info)


SMALL_ORDER = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"


@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\x01" + bytes(30) + b"\x80",
        bytes.fromhex(SMALL_ORDER),
        SignKey(RFC_8032).public,
    ],
)
def test_a_roster_key_that_proves_nothing_is_refused(public):
    with pytest.raises(VerificationError, match="weak signing key"):
        refuse_weak_public("roster member ID", public, SEAL["ID"].public)


def test_a_roster_key_of_another_form_is_refused():
    with pytest.raises(VerificationError):
        refuse_weak_public("roster member ID", b"short", SEAL["ID"].public)
    with pytest.raises(VerificationError, match="X-Wing"):
        refuse_weak_public("roster member ID", SIGN["ID"].public, b"\xff" * 1216)
    refuse_weak_public("roster member ID", SIGN["ID"].public, SEAL["ID"].public)
