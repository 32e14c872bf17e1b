"""Addresses by their public test vectors; one wrong character is no address."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.model.wallets import CHAINS, wallet

DATA = Path(os.environ.get("OUREYES_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the public data is not beside the repository")


ADDRESSES = [
    ("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("btc", "3P14159f73E4gFr7JterCCQh9QjiTjiZrG"),
    ("btc", "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"),  # BIP 173
    ("btc", "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y"),  # BIP 350
    ("btc", "bc1sw50qgdz25j"),
    ("ltc", "LNf2JDiuunBz7GMDKFYHN4rq5meXWxiwfb"),
    ("xmr", "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"),
    ("dot", "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"),
    ("doge", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
]


@pytest.mark.parametrize(("chain", "address"), ADDRESSES)
def test_an_address_tells_its_own_chain(chain, address):
    assert wallet(address) == (chain, address)
    assert wallet(f"{chain}:{address}") == (chain, address)
    assert wallet(address, chain) == (chain, address)


@settings(deadline=None)
@given(st.sampled_from(ADDRESSES), st.data())
def test_one_changed_character_is_never_the_same_chain_again(case, data):
    chain, address = case
    at = data.draw(st.integers(0, len(address) - 1))
    other = data.draw(st.sampled_from("123456789abcdefghijkmnopqrstuvwxyz").filter(lambda c: c != address[at].lower()))
    found = wallet(address[:at] + other + address[at + 1 :])
    assert found is None or chain == "dot"  # two bytes of checksum: one error in 65,536 passes


@pytest.mark.parametrize("written", ["bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "bc1q9zpgru",
    "BC1SW50QGDZ25J".swapcase() + "A", "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "bc1gmk9yu"])  # fmt: skip
def test_the_invalid_vectors_of_bip_350_are_refused(written):
    assert wallet(written) is None


def test_a_chain_without_checksum_must_be_named():
    address = "So11111111111111111111111111111111111111112"
    assert wallet(address) is None
    assert wallet(address, "sol") == ("sol", address)


def test_a_wrong_name_of_the_chain_yields_to_a_right_checksum():
    assert wallet("TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY", "XBT") == ("trx", "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")


def test_an_unknown_chain_is_no_wallet():
    assert wallet("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "nochain") is None


def test_old_and_new_writings_of_one_address_meet():
    assert wallet("bch:1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu") == wallet(
        "BITCOINCASH:QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A"
    )
    legacy = wallet("ltc:3CDJNfdWX8m2NwuGUV3nhXHXEeLygMXoAj")
    assert legacy is not None
    assert legacy[1].startswith("M")
    assert wallet(f"ltc:{legacy[1]}") == legacy


@settings(deadline=None)
@given(st.text(max_size=110), st.sampled_from([None, *CHAINS]))
def test_junk_is_no_wallet_and_no_error(text, chain):
    found = wallet(text, chain)
    assert found is None or found[0] in CHAINS


@needs_data
def test_the_listed_addresses_are_read():
    with (DATA / "names/ofac/digital_currency_addresses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    unread = [row["asset"] for row in rows if wallet(row["address"], row["asset"]) is None]
    assert unread == ["XMR"]  # a payment id that stands in the list as an address
    sites = json.loads((DATA / "observables/scam/polkadot_phishing_addresses.json").read_text("utf-8"))
    assert {(wallet(address) or ("",))[0] for site in sites.values() for address in site} == {"dot"}
