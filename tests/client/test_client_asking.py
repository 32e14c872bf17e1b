"""The client's methods are the routes; tests/interfaces/test_api.py uses them all. Here: what is the client's own."""

import inspect

import msgspec
from a_case import an_indicator
from api_parties import ApiSite

from oureyes.client import Client, forms


def test_bytes_that_are_posted_are_posted_as_they_are(tmp_path):
    site = ApiSite(tmp_path)
    ann = site.account("ann")
    raw = an_indicator(value="exact.example").raw.replace(b'"type"', b'\n  "type"')
    assert ann.post([raw]).taken == 1
    assert ann.raw(msgspec.json.decode(raw)["id"]) == raw
    plain = an_indicator(value="plain.example").content
    assert ann.post([plain]).objects == [forms.Found(str(plain["id"]), str(plain["modified"]))]
    site.close()


def test_every_method_says_what_it_does_and_what_it_gives():
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        if not name.startswith("_"):
            assert method.__doc__, name
            assert "return" in method.__annotations__, name


def test_the_client_needs_nothing_of_the_node():
    import subprocess
    import sys

    said = "import sys, oureyes.client; print([m for m in sys.modules if m.startswith('oureyes.') and"
    said += " m.split('.')[1] not in ('client', 'interfaces')])"
    out = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
