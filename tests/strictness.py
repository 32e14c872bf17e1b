"""OASIS's own validator over what a node emits: which rules an object breaks, in words that hold no content.

stix2-validator 3.2.0 is asked, with the schemas that come in it, and told to find its schemas in memory: by itself it
reads and walks all of them again for every object, which takes 15 ms of which 14 are that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import stix2validator
from stix2validator import ValidationOptions, validate_instance
from stix2validator import validator as its

__all__ = ["flaws", "sound"]

_SCHEMAS = Path(stix2validator.__file__).parent / "schemas-2.1" / "schemas"
_PLAIN = re.compile(r"([a-z0-9]+@)?([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]+")
_OPTIONS = ValidationOptions(version="2.1")
_SAID = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\{.*\}|[a-z0-9-]+--[0-9a-fA-F-]{36}|\S*\d{4}-\d\d-\d\dT\S*")


def sound(content: Mapping[str, Any]) -> bool:
    """Whether an object surely breaks no MUST: by the same schemas, read by a faster validator, and by the validator's
    own checks beyond schemas. What it is not sure of is for `flaws` to say."""
    if content["type"] in ("domain-name", "email-addr") and not _PLAIN.fullmatch(str(content.get("value"))):
        return False  # formats: each validator has its own idea of them
    if any("extension-definition--" not in name for name in content.get("extensions") or {}):
        return False
    checks = its.musts21.list_musts(_OPTIONS)
    return _fast(_kind(content)).is_valid(content) and not list(its._iter_errors_custom(content, checks, _OPTIONS))


def _kind(content: Mapping[str, Any]) -> str:
    if _found(str(_SCHEMAS), str(content["type"])):
        return str(content["type"])
    unversioned = "created" not in content and "modified" not in content
    return "cyber-observable-core" if unversioned else "core"


@lru_cache
def _fast(kind: str) -> Any:
    path = _found(str(_SCHEMAS), kind)
    assert path is not None
    return jsonschema_rs.validator_for(_schema(path), registry=_fast_registry())


@lru_cache
def _fast_registry() -> Any:
    schemas = (_schema(str(path)) for path in _SCHEMAS.rglob("*.json"))
    return jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas if "$id" in schema])


def flaws(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Every MUST that an object breaks, each once."""
    return _flaws(json.dumps(content, sort_keys=True))


@lru_cache(maxsize=8192)
def _flaws(text: str) -> tuple[str, ...]:
    its.load_validator = _validator
    its.load_schema = _schema
    its.find_schema = _found
    content = json.loads(text)
    found = validate_instance(content, _OPTIONS)
    return tuple(sorted({_rule(str(error), content) for error in found.errors}))


def _rule(message: str, content: Mapping[str, Any]) -> str:
    """The message without what is of this object alone."""
    message = message.removeprefix(f"{content['id']}: ")
    return " ".join(_SAID.sub("…", message).split())[:160]


@lru_cache
def _found(folder: str, name: str) -> str | None:
    return next((str(path) for path in sorted(Path(folder).rglob(f"{name}.json")) if "examples" not in str(path)), None)


@lru_cache
def _text(path: str) -> str:
    return Path(path).read_text("utf-8")


def _schema(path: str | None) -> dict[str, Any]:
    if path is None:
        raise TypeError  # by which it knows that there is no schema of that name
    return dict(json.loads(_text(str(path))))  # it changes what it gets


@lru_cache
def _registry() -> Any:
    def each() -> Iterator[tuple[str, Any]]:
        for path in _SCHEMAS.rglob("*.json"):
            yield path.as_uri(), its.DRAFT202012.create_resource(its.patch_schema(_schema(str(path)), str(path)))

    return its.Registry().with_resources(each()).crawl()


_MADE: dict[tuple[str, str], Any] = {}


def _validator(path: str, schema: Mapping[str, Any], folder: str) -> Any:
    key = (path, json.dumps(schema, sort_keys=True)) if "bundle" in path else (path, "")
    if key not in _MADE:
        patched = its.patch_schema(dict(schema), path)
        checks = its.Draft202012Validator.FORMAT_CHECKER
        _MADE[key] = its.STIXValidator(patched, registry=_registry(), format_checker=checks)
    return _MADE[key]
