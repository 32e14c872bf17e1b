"""MISP, both ways: the door that MISP instances and PyMISP scripts come in by, and the client that calls at theirs."""

from oureyes.interfaces.misp.server import Misp

__all__ = ["Misp"]
