"""A portal's place in the drill: a folder and a database, looked after by the commands a council would type."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app import open_app_context
from app.core.unit_of_work import AppContext
from config import load_settings

ROOT = Path(__file__).resolve().parents[2]
KEYS = "secrets.toml"


@dataclass(frozen=True)
class Place:
    """Where a portal lives."""

    folder: Path
    database_url: str
    store: Mapping[str, str] = field(default_factory=dict)
    """The settings of a store that speaks S3; none: files lie in the folder."""
    recipients: str = ""
    """The public key that its backups are encrypted for."""

    @property
    def environ(self) -> dict[str, str]:
        """Return the environment of its programs."""
        return {
            "PATH": os.environ["PATH"],
            "PORTAL_MODE": "demo",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "BACKUP_RECIPIENTS": self.recipients,
            **self.store,
        }

    def context(self) -> AppContext:
        """Open its app context. The caller disposes of the database."""
        return open_app_context(load_settings(self.environ))

    def with_keys_of(self, other: "Place") -> "Place":
        """Return an empty place with another place's keys, as for a restore."""
        self.folder.mkdir(mode=0o700)
        shutil.copy(other.folder / KEYS, self.folder / KEYS)
        return self

    def portal(self, *command: str) -> tuple[float, int, str]:
        """Run `flask --app run portal …` in a separate process. Return seconds, exit code and output."""
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "run", "portal", *command],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return time.monotonic() - begun, done.returncode, done.stdout + done.stderr
