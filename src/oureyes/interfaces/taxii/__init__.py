"""TAXII 2.1, both ways: the server partners poll and post to, and the client that polls and posts to theirs."""

from oureyes.interfaces.taxii.server import Taxii

__all__ = ["Taxii"]
