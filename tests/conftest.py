"""No test depends on how fast a machine is: hypothesis is told so once for all."""

from hypothesis import settings

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
