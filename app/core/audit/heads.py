"""Keeps the audit's last seal where the database's owner cannot quietly change it: in a file of its own, and in the log."""

import logging
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.audit.chain import head

log = logging.getLogger(__name__)

FILE = "audit-heads.log"


def keep_head(session: Session, data_dir: Path, now: datetime) -> str:
    """Write the last seal down, unless it is the one written last; gives it."""
    number, seal = head(session)
    if not seal:
        return ""
    log.info("audit head %s %s", number, seal)
    path = data_dir / FILE
    if stored_heads(data_dir)[-1:] != [seal]:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="ascii") as file:
            file.write(f"{now.isoformat(timespec='seconds')}Z {number} {seal}\n")
    return seal


def stored_heads(data_dir: Path) -> list[str]:
    """Return every seal that was written down, oldest first."""
    path = data_dir / FILE
    if not path.exists():
        return []
    return [line.split()[-1] for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
