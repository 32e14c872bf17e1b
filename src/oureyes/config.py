"""Every setting of a node, in one table: name, default, what it does, environment variable.

A node's home folder holds `node.toml` with what differs from the defaults; the environment overrides the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oureyes.errors import ConfigError

__all__ = ["SETTINGS", "Config", "Setting", "load"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table. The type of `default` is the setting's type."""

    name: str
    default: str | int | bool
    says: str

    @property
    def variable(self) -> str:
        """The environment variable that overrides it."""
        return f"OUREYES_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("member", "", "this node's member id, as the roster names it: ID, SG, …"),
    Setting(
        "database", "", "where the node keeps its data: empty for the encrypted file in its home, or postgresql://…"
    ),
    Setting("database_key_file", "", "file with the 32-byte database key in hex; default: database.key in the home"),
    Setting("database_key", "", "the database key itself in hex, from the environment only; wins over the file"),
    Setting("listen", "127.0.0.1:8443", "address and port that partners reach this node at"),
    Setting("public_url", "", "the address the roster gives for this node; default: https:// and `listen`"),
    Setting("doors_listen", "", "address and port for outside clients (TAXII, MISP …); empty: no such door"),
    Setting("doors_certificate", "", "PEM file that outside clients are shown; default: the node's own certificate"),
    Setting("doors_key", "", "PEM file with the private key of `doors_certificate`"),
    Setting("taxii_max_mib", 32, "largest envelope an account may post by TAXII (`max_content_length`)"),
    Setting("taxii_allow", "", "hosts, comma-separated, that may be polled although their address is private"),
    Setting("taxii_loopback", False, "whether servers on this machine may be polled, also without TLS"),
    Setting("two_person_from", "AMBER", "TLP from which two distinct people must release: CLEAR … RED"),
    Setting("country", "", "ISO 3166 code that national phone numbers are read with; default: `member`"),
    Setting("default_tlp", "AMBER+STRICT", "TLP given to what arrives without any marking"),
    Setting("default_purpose", "investigation", "purpose given to what is recorded without one"),
    Setting("review_days", 365, "days until what has no review date is looked at again, or the law's first term"),
    Setting("shown_days", 1095, "days for which it stays known who outside was given a version that stands no more"),
    Setting("fanout", 20, "matches kept for one value on one arrival; commoner values rank lower, none is dropped"),
    Setting("heartbeat_s", 5, "seconds between heartbeats on an idle stream to a partner"),
    Setting("push_to", "", "members, comma-separated, that cannot dial this node: their entries are sent by POST"),
    Setting("retry_max_s", 300, "longest wait between two tries to reach a partner"),
    Setting("batch", 1000, "objects read and stored in one transaction"),
    Setting("max_file_mib", 1024, "largest input file, unpacked"),
    Setting("warn_documentation", False, "whether documentation domains and addresses count as warninglisted"),
    Setting("webhook_allow", "", "hosts, comma-separated, that webhooks may reach although their address is private"),
    Setting("misp_max_mib", 128, "largest body the MISP door takes, unpacked"),
    Setting("api_max_mib", 256, "largest file the node's own interface takes (`/api/1/imports`)"),
    Setting("misp_version", "2.5.42", "version the MISP door reports: a MISP syncs only with its own minor version"),
    Setting("hit_officer_daily", 512, "private questions an officer may ask a day, counted per subject and partner"),
    Setting("read_reports", False, "whether the running node makes vectors of reports by itself (oureyes[semantic])"),
    Setting("log_level", "INFO", "DEBUG, INFO, WARNING or ERROR; no level logs content"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Config:
    """A node's settings. `home` is the folder that holds everything of the node."""

    home: Path
    values: Mapping[str, str | int | bool] = field(repr=False)  # the database key may be among them

    def text(self, name: str) -> str:
        return str(self.values[name])

    def number(self, name: str) -> int:
        return int(self.values[name])

    def flag(self, name: str) -> bool:
        return bool(self.values[name])

    def names(self, name: str) -> frozenset[str]:
        """A setting that lists things, with commas between them."""
        return frozenset(part.strip() for part in self.text(name).split(",") if part.strip())

    @property
    def member(self) -> str:
        return self.text("member")

    @property
    def country(self) -> str:
        return self.text("country") or self.member

    @property
    def public_url(self) -> str:
        return self.text("public_url") or f"https://{self.text('listen')}"

    def database_key(self) -> bytes:
        """32 bytes from the environment or the key file; ConfigError when neither is right."""
        found = self.text("database_key")
        path = Path(self.text("database_key_file") or self.home / "database.key")
        if not found:
            try:
                found = path.read_text("ascii").strip()
            except OSError:
                raise ConfigError(
                    "database key", f"a readable file {path.name} or OUREYES_DATABASE_KEY", "neither", "oureyes init"
                ) from None
        try:
            key = bytes.fromhex(found)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ConfigError("database key", "64 hexadecimal digits", "something else", "restore the key file")
        return key


def load(home: Path, environment: Mapping[str, str] = os.environ, **overrides: str | int | bool) -> Config:
    """Defaults, then `node.toml`, then the environment, then `overrides`. ConfigError names the wrong setting."""
    values: dict[str, str | int | bool] = {setting.name: setting.default for setting in SETTINGS}
    file = home / "node.toml"
    if file.exists():
        try:
            written = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(str(file.name), "TOML", str(error)[:100], "mend the file") from None
        for name, value in written.items():
            values[name] = _read(name, value, file.name)
    for setting in SETTINGS:
        if setting.variable in environment:
            values[setting.name] = _read(setting.name, environment[setting.variable], setting.variable)
    for name, value in overrides.items():
        values[name] = _read(name, value, "argument")
    if "database_key" in _written_in(file):
        raise ConfigError("database_key", "the environment or the key file", file.name, "never write the key there")
    return Config(home, values)


def _written_in(file: Path) -> Mapping[str, object]:
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def _read(name: str, value: object, where: str) -> str | int | bool:
    setting = _BY_NAME.get(name)
    if setting is None:
        raise ConfigError(f"{where}: {name}", "a setting of `oureyes doctor --settings`", "an unknown name")
    if isinstance(setting.default, bool):
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("1", "true", "yes", "on", "0", "false", "no", "off", ""):
            return str(value).lower() in ("1", "true", "yes", "on")
    elif isinstance(setting.default, int):
        try:
            return int(str(value))
        except ValueError:
            pass
    elif isinstance(value, str):
        return value
    raise ConfigError(f"{where}: {name}", type(setting.default).__name__, type(value).__name__)
