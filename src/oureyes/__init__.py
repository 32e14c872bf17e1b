"""Our Eyes: a federated intelligence exchange between states."""

__version__ = "0.1.0"
