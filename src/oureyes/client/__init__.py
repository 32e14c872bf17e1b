"""A typed client of a node's own interface, `/api/1`, on the standard library and the interface's forms alone.

Every write is sent under an idempotency key of its own, so a line that breaks is dialled again and the act is done
once. Lists are read page by page as they are used. `Client.events` goes on where it was when the line breaks.
"""

from oureyes.client.asking import Client
from oureyes.client.line import Changed, Problem
from oureyes.interfaces.api import forms

__all__ = ["Changed", "Client", "Problem", "forms"]
