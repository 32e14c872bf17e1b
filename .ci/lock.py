"""Write the lock files from pyproject.toml: every package with its version and the digests of its files.

    requirements.lock        what a node runs on, and what builds it (so that installing needs nothing else)
    requirements-dev.lock    that, the extras that are ready wheels, and what the tests and checks need
    requirements-media.lock  that, and what hashes pictures (of some of it there is only source, so it needs a compiler)
                             and the model that compares reports

Run it by `make lock`, on the oldest Python that is supported. Options go on to pip-compile, such as `--upgrade`.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPILED = ("media", "semantic")  # built from source, or a model of 90 MB: not for all who run the tests
HEADER = "# Written by `make lock` from pyproject.toml. Install: pip install --require-hashes -r {name}\n"


def wanted() -> dict[str, list[str]]:
    """Lock file → what it must satisfy."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = project["build-system"]["requires"] + project["project"]["dependencies"]
    extras = project["project"]["optional-dependencies"]
    ready = [each for name, some in extras.items() if name not in COMPILED for each in some]
    compiled = [each for name in COMPILED for each in extras[name]]
    tested = runtime + ready + project["dependency-groups"]["dev"]
    return {
        "requirements.lock": runtime,
        "requirements-dev.lock": tested,
        "requirements-media.lock": tested + compiled,
    }


def main(options: list[str]) -> None:
    oldest = (3, 11)
    if sys.version_info[:2] != oldest:
        sys.exit(f"lock: expected Python {oldest[0]}.{oldest[1]}, found {sys.version.split()[0]}; use that one's venv")
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    for name, requirements in wanted().items():
        source, target = build / name.replace(".lock", ".in"), ROOT / name
        source.write_text("\n".join(requirements) + "\n", "utf-8")
        subprocess.run(  # noqa: S603 - our own arguments, and options of who runs make
            [
                *(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--strip-extras"),
                *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-trusted-host"),
                *("--no-emit-find-links", "--no-emit-options", "--allow-unsafe", *options),
                *("--output-file", str(target), str(source)),
            ],
            check=True,
        )
        target.write_text(HEADER.format(name=name) + target.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
