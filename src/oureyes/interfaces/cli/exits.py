"""Exit codes: one table, the same for every command, so that scripts can tell what happened.

0    done
1    looked, and found nothing; or a verification failed
2    the command was not written as it must be
3    refused: policy, or not yours to do
4    nothing is held by that id, or not for you
5    a setting, key, roster or home is missing or wrong
6    the database cannot be used
7    what was given to read cannot be read
70   a fault of this software
130  interrupted
"""

from __future__ import annotations

from oureyes.errors import (
    ConfigError,
    InvalidObject,
    NotHeld,
    NotReleasable,
    OurEyesError,
    OverBudget,
    Refused,
    StorageError,
    VerificationError,
)

__all__ = ["CODES", "FAULT", "INTERRUPTED", "NOTHING", "OK", "USAGE", "as_error", "code_of"]

OK, NOTHING, USAGE, UNREADABLE, FAULT, INTERRUPTED = 0, 1, 2, 7, 70, 130

# The class of an error, its code, and the word a person is shown first.
CODES: tuple[tuple[type[OurEyesError], int, str], ...] = (
    (VerificationError, NOTHING, "does not verify"),
    (NotReleasable, 3, "may not be released"),
    (OverBudget, 3, "enough for today"),
    (Refused, 3, "refused"),
    (NotHeld, 4, "not held"),
    (ConfigError, 5, "set-up"),
    (StorageError, 6, "database"),
    (InvalidObject, UNREADABLE, "cannot be read"),
    (OurEyesError, FAULT, "fault"),
)


def code_of(error: OurEyesError) -> tuple[int, str]:
    """The exit code of an error, and its word."""
    return next((code, word) for kind, code, word in CODES if isinstance(error, kind))


def as_error(error: BaseException) -> OurEyesError:
    """Anything that can go wrong, as one of ours: what stands in it may be shown."""
    if isinstance(error, OurEyesError):
        return error
    if isinstance(error, OSError):
        name = str(error.filename or "file").replace("\\", "/").rsplit("/", 1)[-1]
        return InvalidObject(name, "a file that can be read or written", error.strerror or type(error).__name__)
    if type(error).__module__.startswith(("sqlalchemy", "sqlcipher3", "psycopg")):
        return StorageError("database", "an answer", type(error).__name__, "`oureyes doctor`")
    # its text may hold content: the class alone is told
    return OurEyesError(
        "command", "to end", type(error).__name__, "tell the maintainers; OUREYES_DEBUG=1 shows where it happened"
    )
