"""The overseeing part is part of the client, and reaches nothing but its line."""

from oureyes.client import Client
from oureyes.client.overseeing import Overseeing


def test_its_methods_are_the_client_s():
    mine = {name for name in vars(Overseeing) if not name.startswith("_")}
    assert mine <= set(dir(Client))
    assert not mine & {name for name in vars(Client) if not name.startswith("_")}
