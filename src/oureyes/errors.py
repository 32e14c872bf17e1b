"""One tree of errors; the class says whose matter it is.

    OurEyesError
    ├── InvalidObject        what was read: the sender or the file must mend it
    ├── NotReleasable        policy: the releasing officer decides
    ├── VerificationError    trust: a signature, digest or log does not add up
    │   └── Equivocation     … and there is signed evidence that a partner showed two histories
    ├── NotHeld              the node holds nothing by that id, or you may not know that it does
    ├── Refused              this person or partner may not do this
    │   └── OverBudget       … now: as much as was agreed has been done
    ├── ConfigError          the operator: a setting, key or file
    └── StorageError         the database: too new, too old, full, locked

A message names the thing by id, what was expected, what was found and what to do. It never carries content:
what a marking forbids must not leave through an error (see `release`).
"""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "Equivocation",
    "InvalidObject",
    "NotHeld",
    "NotReleasable",
    "OurEyesError",
    "OverBudget",
    "Refused",
    "StorageError",
    "VerificationError",
]


class OurEyesError(Exception):
    """The root: `subject: expected …, found …; remedy`."""

    def __init__(self, subject: str, expected: str = "", found: str = "", remedy: str = "") -> None:
        self.subject, self.expected, self.found, self.remedy = subject, expected, found, remedy
        said = ", ".join(part for part in (expected and f"expected {expected}", found and f"found {found}") if part)
        super().__init__("; ".join(part for part in (f"{subject}: {said}" if said else subject, remedy) if part))


class InvalidObject(OurEyesError):
    """What was read is not what it should be."""


class NotReleasable(OurEyesError):
    """Policy says no; `found` is the reason an analyst is shown."""


class VerificationError(OurEyesError):
    """A signature, digest, sequence or proof does not hold."""


class Equivocation(VerificationError):
    """Two signed statements that cannot both be true; `evidence` is both, verbatim."""

    def __init__(self, subject: str, expected: str, found: str, evidence: tuple[bytes, ...]) -> None:
        super().__init__(subject, expected, found, "the channel is quarantined; call the partner")
        self.evidence = evidence


class NotHeld(OurEyesError):
    """Nothing is held by that id, or its existence is not for this reader."""


class Refused(OurEyesError):
    """This person or partner may not do this."""


class OverBudget(Refused):
    """As much as was agreed, for a day or a minute, has been done."""


class ConfigError(OurEyesError):
    """A setting, key or file is missing or wrong."""


class StorageError(OurEyesError):
    """The database cannot be used as it is."""
