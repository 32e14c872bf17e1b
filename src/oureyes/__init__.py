"""Our Eyes: a federated intelligence exchange between states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oureyes.node import Node

__all__ = ["Node", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`Node` comes when it is asked for: `import oureyes`, and with it `oureyes --help`, stays light."""
    if name != "Node":
        raise AttributeError(f"module 'oureyes' has no attribute {name!r}")
    from oureyes.node import Node

    return Node
