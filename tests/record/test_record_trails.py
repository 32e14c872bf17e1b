"""Lists of values: each with the report it came from."""

import io

import pytest
from a_case import NOW

from oureyes.model.ports import Options
from oureyes.record import stix, trails

TRAIL = """# Copyright
# Aliases: Fictional Panda, FP

# Reference: https://reports.example/1
# Reference: https://reports.example/2

a.example
http://198.51.100.3
198.51.100.4:443
b.example:8080

# Reference: https://reports.example/3

/gate/it's.php
nothing
"""


def taken(text):
    return list(trails.read(io.BytesIO(text.encode()), Options(source="trail", now=NOW)))


def indicators(text):
    return [item.object for item in taken(text) if item.object.type == "indicator"]


def test_every_value_names_the_reports_above_it():
    found = [[ref["url"][-1] for ref in obj.content["external_references"]] for obj in indicators(TRAIL)]
    assert found == [["1", "2"]] * 4 + [["3"]]


def test_domains_addresses_ports_urls_and_paths_each_get_their_pattern():
    assert [obj.content["pattern"] for obj in indicators(TRAIL)] == [
        "[domain-name:value = 'a.example']",
        "[url:value = 'http://198.51.100.3/']",
        "[ipv4-addr:value = '198.51.100.4']",
        "[domain-name:value = 'b.example']",
        "[url:value LIKE '%/gate/it\\'s.php%']",
    ]


def test_all_that_is_made_would_be_taken_as_stix_and_counts():
    found = taken(TRAIL)
    assert all(stix.check(item.object.raw) for item in found)
    assert sum(dict(item.counts).get("entries", 0) for item in found) == 6


def test_the_aliases_of_the_group_are_labels():
    assert indicators(TRAIL)[0].content["labels"] == ["Fictional Panda", "FP"]


@pytest.mark.parametrize(
    ("text", "name", "claimed"),
    [
        ("a.example\nb.example\n", "values.txt", True),
        ("See a.example and b.example\n", "values.txt", False),
        ('{"deny": ["a.example"]}', "all.json", True),
        ('{"labels": ["a"], "type": "tool", "id": "tool--1"}', "tool.json", False),
        ('{"a": [{"b": 1}]}', "other.json", False),
    ],
)
def test_a_list_of_values_is_known_by_holding_nothing_else(text, name, claimed):
    assert trails.sniff(text.encode(), name) is claimed


def test_a_name_on_an_allow_list_is_known_and_nobodys_indicator():
    assert [obj.content["name"] for obj in indicators('{"allow": ["a.example"], "deny": ["b.example"]}')] == [
        "b.example"
    ]
