"""The code blocks of docs/extending.md, run exactly as they are written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from app import create_app
from app.core.mail.texts import MAILS
from app.core.notifications import NOTIFICATIONS
from app.core.unit_of_work import AppContext
from app.forms.definitions.kinds import KINDS
from app.models import AuditRow
from app.views.operations.audit_words import DETAILS, SENTENCES
from app.views.web.register import REGISTERED
from tests.cast import Cast, everything
from tests.make import Maker

ROOT = Path(__file__).resolve().parents[1]


def code_of(heading: str, language: str = "python") -> list[str]:
    """The code blocks of one section of the document."""
    text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    [found] = [each for each in section if each.startswith(f"{heading}\n")]
    return re.findall(rf"^```{language}\n(.*?)^```", found, re.MULTILINE | re.DOTALL)


def run_code_of(heading: str) -> dict[str, Any]:
    """Run the Python blocks of one section, one after another, and return the names they define."""
    names: dict[str, Any] = {"__name__": "docs_extending"}
    for code in code_of(heading):
        exec(compile(code, "docs/extending.md", "exec"), names)  # noqa: S102
    return names


@contextmanager
def registrations_restored() -> Iterator[None]:
    """Forget what is registered inside, so that other tests' apps do not have it."""
    registers: list[dict[Any, Any]] = [REGISTERED, KINDS, NOTIFICATIONS, MAILS, SENTENCES, DETAILS]
    before = [dict(each) for each in registers]
    try:
        yield
    finally:
        for each, entries in zip(registers, before, strict=True):
            each.clear()
            each.update(entries)


class Portal:
    """A second app on the test's database, with other screens beside the portal's own."""

    def __init__(self, app: Flask) -> None:
        self.app = create_app(app.config["SETTINGS"], app.extensions["app_context"].clock)
        self.app.testing = True
        self.context: AppContext = self.app.extensions["app_context"]
        self.cast = Cast(self.app)
        self.make = Maker(self.context, self.cast)


def audited(context: AppContext, event: str) -> list[Any]:
    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event == event).order_by(AuditRow.id))
        return [SimpleNamespace(actor=row.actor_id, child=row.child_id, facts=row.facts) for row in rows]
