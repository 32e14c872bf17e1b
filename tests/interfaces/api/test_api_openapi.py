"""The description is OpenAPI 3.1, is what is served, and is what the manual holds."""

import json

import jsonschema_rs
from paths import ROOT

from oureyes.interfaces.api.openapi import document, text


def test_it_is_served_to_anybody_with_an_etag(site):
    said = site.ask("", "GET", "/openapi.json")
    assert (said.status, said.body) == (200, text())
    again = site.ask("", "GET", "/openapi.json", If_None_Match=said.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_every_schema_in_it_is_a_json_schema_of_draft_2020_12():
    """OpenAPI 3.1 §4.8.24: a Schema Object is one."""
    made = document()
    assert made["openapi"].startswith("3.1.")
    for schema in made["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_the_manual_holds_it_as_it_is():
    assert json.loads((ROOT / "docs/reference/openapi.json").read_bytes()) == json.loads(text())
