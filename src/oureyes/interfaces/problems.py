"""What an error is on the wire: one table of statuses, and RFC 9457 problem details."""

from __future__ import annotations

import base64

import msgspec
from starlette.responses import Response

from oureyes.errors import (
    ConfigError,
    Equivocation,
    InvalidObject,
    NotHeld,
    NotReleasable,
    OurEyesError,
    OverBudget,
    Refused,
    StorageError,
    VerificationError,
)

__all__ = ["STATUS", "problem", "problem_of", "status_of"]

STATUS: tuple[tuple[type[OurEyesError], int, str], ...] = (
    (Equivocation, 422, "two histories were shown"),
    (VerificationError, 409, "it does not fit what is held"),
    (InvalidObject, 400, "it cannot be read"),
    (NotReleasable, 403, "policy does not allow it"),
    (OverBudget, 429, "the budget is used up"),
    (Refused, 403, "not allowed"),
    (NotHeld, 404, "nothing is held by that id"),
    (ConfigError, 500, "this node is not set up for it"),
    (StorageError, 503, "this node cannot write now"),
    (OurEyesError, 500, "this node failed"),
)


def status_of(error: OurEyesError) -> int:
    """The first class in the table that fits; the order goes from the particular to the general."""
    return next(status for kind, status, _ in STATUS if isinstance(error, kind))


def problem_of(error: OurEyesError, **more: object) -> Response:
    """An error as an answer. Messages hold ids, never content; a refusal tells nothing at all."""
    _, status, title = next(line for line in STATUS if isinstance(error, line[0]))
    detail = "" if status == 403 else str(error)
    if isinstance(error, Equivocation):
        more["evidence"] = [base64.b64encode(piece).decode() for piece in error.evidence]
    return problem(status, title, detail, **more)


def problem(status: int, title: str, detail: str = "", **more: object) -> Response:
    """RFC 9457 §3."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {}), **more}
    return Response(msgspec.json.encode(body), status, media_type="application/problem+json")
