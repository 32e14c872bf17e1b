"""The description of `/api/1` in OpenAPI 3.1, made from the routes and the forms: it cannot say what they do not do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from oureyes import __version__
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.route import STIX, Route
from oureyes.interfaces.api.table import ROUTES, STREAM
from oureyes.model.accounts import SCOPES
from oureyes.release import PURPOSES

__all__ = ["BASE", "document", "text"]

BASE = "/api/1"
_REF = "#/components/schemas/{name}"
_FILES = "application/octet-stream"
_JSON = "application/json"
_SAYS = """The node's own interface. It covers what the command line covers. Officers' accounts see what an analyst at
this node sees; outside accounts see what release lets them have, and what they may not know of is answered exactly like
what does not exist. Errors are RFC 9457 problem details. Lists are paged by `cursor`. Reads carry an ETag, and answer
`If-None-Match` with 304; writes that name what they change take `If-Match`. Every write takes an `Idempotency-Key`."""
_WHY = {
    "400": "the request cannot be read",
    "401": "who asks is not known",
    "403": "not allowed",
    "404": "nothing is held by that id, or not for this account",
    "405": "not a method of this path",
    "406": "this resource has no such form",
    "408": "the request did not come in time",
    "409": "it does not fit what is held, or is being done",
    "412": "it is not what `If-Match` names any more",
    "413": "the body is larger than `api_max_mib`",
    "415": "the body is of another media type",
    "422": "the Idempotency-Key was used for another request",
    "429": "asked too often",
    "500": "this node failed",
    "503": "this node cannot answer now",
}
_ALWAYS = ("400", "401", "403", "404", "409", "429", "500", "503")
_HEADERS: Mapping[str, tuple[str, dict[str, Any], str]] = {
    "Purpose": (
        "OE-Purpose",
        {"type": "string", "enum": sorted(PURPOSES)},
        "What it is for, in the audit log; `investigation` unless said.",
    ),
    "IfNoneMatch": ("If-None-Match", {"type": "string"}, "An ETag that is known already."),
    "IfMatch": ("If-Match", {"type": "string"}, "The ETag of what is to be changed."),
    "IdempotencyKey": (
        "Idempotency-Key",
        {"type": "string", "pattern": "^[!-~]{1,255}$"},
        "The same request under the same key is done once; kept for three days.",
    ),
}


@cache
def text() -> bytes:
    """The document as it is served and kept in the manual."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1) + b"\n"


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    paths[STREAM] = {"get": _stream()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Our Eyes", "version": __version__, "description": " ".join(_SAYS.split())},
        "servers": [{"url": BASE}],
        "security": [{"bearer": []}, {"basic": []}, {"certificate": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _schemas(),
            "responses": {f"Problem{status}": _problem(said) for status, said in _WHY.items()},
            "parameters": {
                name: {"name": header, "in": "header", "required": False, "schema": schema, "description": said}
                for name, (header, schema, said) in _HEADERS.items()
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": _scopes()},
                "basic": {"type": "http", "scheme": "basic"},
                "certificate": {"type": "mutualTLS"},
            },
        },
    }


def _scopes() -> str:
    return "; ".join(f"{name}: {said}" for name, said in SCOPES.items() if name.startswith("api:"))


def _schemas() -> dict[str, Any]:
    types: set[type] = {forms.Problem, forms.EventSaid}
    for route in ROUTES:
        types |= {one for one in (route.answer, route.body) if one is not None and one is not bytes}
    _, components = msgspec.json.schema_components(sorted(types, key=lambda one: one.__name__), ref_template=_REF)
    return dict(sorted(components.items()))


def _ref(form: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=form.__name__)}


def _problem(said: str) -> dict[str, Any]:
    return {"description": said, "content": {"application/problem+json": {"schema": _ref(forms.Problem)}}}


def _operation(route: Route) -> dict[str, Any]:
    more = ["412"] * bool(route.guard) + ["422"] * (not route.reads) + ["413", "415", "408"] * (route.body is not None)
    answers: dict[str, Any] = {str(route.status): _success(route)}
    if route.reads:
        answers["304"] = {"description": "what `If-None-Match` names is what there is"}
    answers |= {status: {"$ref": f"#/components/responses/Problem{status}"} for status in sorted([*_ALWAYS, *more])}
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.says.split(". ")[0].rstrip("."),
        "description": f"{route.says} {_needs(route)}",
        "tags": [route.run.__module__.rpartition(".")[2]],
        "parameters": [*_places(route), *_query(route), *_headers(route)],
        "responses": answers,
    }
    if route.body is not None:
        made["requestBody"] = {"required": not route.optional, "content": _body(route)}
    return made


def _needs(route: Route) -> str:
    who = "Any account" if route.everyone else "Officers"
    return f"{who}; scope {' or '.join(f'`{one}`' for one in sorted(route.scopes))}."


def _success(route: Route) -> dict[str, Any]:
    kind: dict[str, Any] = {"schema": {"type": "string", "contentEncoding": "binary"}}
    if route.answer is bytes:
        media = (_FILES, _JSON, "text/csv", STIX)
        return {"description": "its bytes", "content": dict.fromkeys(media, kind)}
    said: dict[str, Any] = {
        "description": " ".join((route.answer.__doc__ or "").split()),
        "content": {_JSON: {"schema": _ref(route.answer)}},
    }
    if route.reads:
        said["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "of exactly these bytes"}}
    return said


def _body(route: Route) -> dict[str, Any]:
    if route.body is bytes:
        return {_FILES: {"schema": {}}}
    assert route.body is not None
    return {_JSON: {"schema": _ref(route.body)}}


def _places(route: Route) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9:._+-]{0,249}$"}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query(route: Route) -> list[dict[str, Any]]:
    schema = msgspec.json.schema_components([route.query], ref_template=_REF)[1][route.query.__name__]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": one}
        for name, one in schema["properties"].items()
    ]


def _headers(route: Route) -> list[dict[str, str]]:
    names = (
        ["Purpose", "IfNoneMatch"] if route.reads else ["Purpose", "IdempotencyKey", *["IfMatch"] * bool(route.guard)]
    )
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _stream() -> dict[str, Any]:
    said = (
        "What changes from now on, or since `Last-Event-ID`, as a stream of server-sent events (WHATWG HTML §9.2): "
        'each is `{"id", "kind", "revision"}` and holds no content; ask for the thing by its id. Nothing that the '
        "caller may not know of is told. A comment comes every 15 s. Any account; scope `api:read`."
    )
    last = {"name": "Last-Event-ID", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
    answers = {status: {"$ref": f"#/components/responses/Problem{status}"} for status in ("400", "401", "403", "429")}
    events = {"text/event-stream": {"schema": {"type": "string"}, "x-event": _ref(forms.EventSaid)}}
    return {
        "operationId": "events",
        "summary": "What changes, as it does",
        "description": said,
        "tags": ["knowing"],
        "parameters": [{"$ref": "#/components/parameters/Purpose"}, last],
        "responses": {"200": {"description": "the stream", "content": events}, **answers},
    }
