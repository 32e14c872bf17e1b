"""Every command of the command line has a route, or a stated reason why not; and the client has every route."""

import inspect
import re
from collections import Counter

import typer

from oureyes.client import Client
from oureyes.interfaces.api.openapi import document
from oureyes.interfaces.api.table import BY_NAME, NO_ROUTE, ROUTES, find
from oureyes.interfaces.cli import app
from oureyes.model.accounts import SCOPES


def commands(command=None, name=""):
    """Every command that does something: `release approve`, `search` …"""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", {})
    if not inner:
        yield name
    for word in inner:
        yield from commands(inner[word], f"{name} {word}".strip())


def test_every_command_has_a_route_or_a_reason_why_not():
    covered = {command for route in ROUTES for command in route.cli}
    assert set(commands()) == covered | set(NO_ROUTE)
    assert not covered & set(NO_ROUTE)
    assert all(len(reason.split()) > 4 for reason in NO_ROUTE.values())


def test_no_two_routes_share_a_name_or_a_place():
    assert [name for name, times in Counter(route.name for route in ROUTES).items() if times > 1] == []
    assert [one for one, times in Counter((route.method, route.path) for route in ROUTES).items() if times > 1] == []


def test_every_route_is_found_by_its_own_path():
    for route in ROUTES:
        match = find(re.sub(r"\{\w+\}", "some-id", route.path))
        assert match is not None, route.path
        assert match.methods[route.method] is route


def test_every_route_says_what_it_does_and_needs_a_scope_there_is():
    for route in ROUTES:
        assert len(route.says.split()) > 2, route.name
        assert route.scopes <= SCOPES.keys(), route.name
        assert (route.body is None) or not route.reads, route.name
        assert route.guard == "" or BY_NAME[route.guard].reads, route.name


def test_the_client_has_a_method_for_every_route():
    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction)}
    names = {"import": "import_"}
    assert {names.get(route.name, route.name) for route in ROUTES} <= methods
    assert "events" in methods


def test_what_an_outsider_may_do_is_little_and_named():
    assert {route.name for route in ROUTES if route.everyone} == {"index", "objects", "post", "show", "withdraw", "raw"}


def test_the_description_names_every_route_and_every_problem_it_refers_to():
    made = document()
    operations = {one["operationId"] for path in made["paths"].values() for one in path.values()}
    assert operations == {route.name for route in ROUTES} | {"events"}
    text = str(made)
    for kind in ("schemas", "responses", "parameters"):
        referred = set(re.findall(rf"#/components/{kind}/(\w+)", text))
        assert referred <= set(made["components"][kind])
