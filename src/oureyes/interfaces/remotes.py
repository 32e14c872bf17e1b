"""Servers of others that are due: each is polled or pushed to by the client of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from oureyes.interfaces.misp import client as misp
from oureyes.interfaces.taxii import client as taxii
from oureyes.node import polling
from oureyes.node.polling import Standing
from oureyes.node.serving import Serving

__all__ = ["run"]

_RUNS: Mapping[str, Callable[..., Standing]] = {"taxii": taxii.run, "misp": misp.run, "feed": misp.run}


def run(serving: Serving, name: str, *, early: bool = False) -> Standing:
    """Poll or push one remote to its end, and say how it stands then."""
    return _RUNS[polling.one(serving.ctx, name).remote.kind](serving, name, early=early)
