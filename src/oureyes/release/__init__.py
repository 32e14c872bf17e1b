"""A state marks intelligence and decides who may have it. `decide` is the only way anything leaves a node."""

from oureyes.release.neutrality import QUESTIONS, Answers, gate
from oureyes.release.rules import CRIME_PURPOSES, PURPOSES, Policy, decide, refusal, silence
from oureyes.release.tearline import extract

__all__ = [
    "CRIME_PURPOSES",
    "PURPOSES",
    "QUESTIONS",
    "Answers",
    "Policy",
    "decide",
    "extract",
    "gate",
    "refusal",
    "silence",
]
