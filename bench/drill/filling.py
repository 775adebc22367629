"""Fills a portal with so many people, each with a child and a form that was sent; and goes on writing while it is copied."""

import io
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from app.children.events import ChildAdded
from app.core.database.row_filter import bypass_row_filter
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.documents.documents import store_of
from app.forms.rules.workflow import FormState
from app.models import Advice, Child, ChildLink, Document, DocumentState, FormVersion, Person, Submission

CANARIES = ("canary-firecrest", "canary-żołna", "canary-کبوتر")
"""Known words: one must come back in a child's record, one in what was sent, one in a file."""
SENTENCE = "She settles when the timetable is on the wall and somebody she knows is near. "
FILE = b"%PDF-1.7 a report of usual length " + b"x" * 50_000
FILE_EACH = 10
"""Every so many people, one file."""
AT_ONCE = 500


def fill(context: AppContext, people: int) -> None:
    """Enter them, in pieces."""
    for begin in range(0, people, AT_ONCE):
        with _writing(context) as work:
            version_id = work.session.scalars(select(FormVersion.id).limit(1)).one()
            for number in range(begin, min(begin + AT_ONCE, people)):
                _enter(work, version_id, number)


@contextmanager
def _writing(context: AppContext) -> Iterator[UnitOfWork]:
    with unit_of_work(context, None) as work:
        bypass_row_filter(work.session, "a drill's rows are entered")
        yield work


def _enter(work: UnitOfWork, version_id: int, number: int) -> None:
    """One person, their child, what they sent, and sometimes a file."""
    first = number == 0
    person = work.add(
        Person(
            username=uuid.uuid4().hex,
            first_name="Drill",
            last_name=f"Person {number}",
            email=f"drill-{number}@school.example",
            active=True,
            two_step="email",
        )
    )
    _child_of(
        work, person.id, version_id, CANARIES[0] if first else f"Drill {number}", CANARIES[1] if first else ""
    )
    if number % FILE_EACH == 0:
        form_id = work.session.scalars(select(Advice.id).order_by(Advice.id.desc()).limit(1)).one()
        _attach(work, form_id, person.id, CANARIES[2].encode() if first else FILE)


def _child_of(work: UnitOfWork, person_id: int, version_id: int, surname: str, need: str) -> Child:
    child = work.add(
        Child(
            forenames="Amina",
            surname=surname,
            search_name=surname.casefold(),
            date_of_birth=date(2017, 3, 14),
            added_by_id=person_id,
        )
    )
    work.session.add(ChildLink(child_id=child.id, person_id=person_id, linked_by_id=person_id))
    form = work.add(
        Advice(
            child_id=child.id,
            form_version_id=version_id,
            author_id=person_id,
            state=FormState.submitted,
            submitted_at=work.now,
        )
    )
    work.session.add(
        Submission(
            form_id=form.id,
            number=1,
            answers={"section": {"needs": SENTENCE * 25 + need}},
            checksum="0",
            send_key=uuid.uuid4().hex,
            submitted_by_id=person_id,
            submitted_at=work.now,
        )
    )
    work.record(ChildAdded(child_id=child.id))
    return child


def _attach(work: UnitOfWork, form_id: int, person_id: int, content: bytes) -> None:
    form = work.get(Advice, form_id)
    stored = store_of(work.context).keep(io.BytesIO(content))
    columns: dict[str, Any] = {"size": stored.size, "sha256": stored.sha256, "storage_key": stored.key}
    work.session.add(
        Document(
            child_id=form.child_id,
            form_id=form.id,
            section="a",
            question="b",
            name="report.pdf",
            media_type="application/pdf",
            state=DocumentState.clean,
            added_by_id=person_id,
            **columns,
        )
    )


@dataclass
class Writers:
    """Two people who enter children with a file each, one after the other, and remember what was acknowledged."""

    context: AppContext
    acknowledged: list[tuple[float, int]] = field(default_factory=list)
    """When, and which child."""
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_work(self) -> Iterator["Writers"]:
        """While this lasts, they write."""
        threads = [threading.Thread(target=self._write, name=f"writer {number}") for number in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def before(self, moment: float) -> set[int]:
        """Return the children that were acknowledged before this moment."""
        return {child_id for at, child_id in self.acknowledged if at < moment}

    def _write(self) -> None:
        for number in count():
            if self._stop.wait(0.02):
                return
            begun = time.monotonic()
            try:
                child_id = self._one(number)
            except Exception as failure:  # reported as a broken promise; the drill continues
                self.failures.append(type(failure).__name__)
                continue
            done = time.monotonic()
            self.slowest = max(self.slowest, done - begun)
            self.acknowledged.append((done, child_id))

    def _one(self, number: int) -> int:
        with _writing(self.context) as work:
            person_id = work.session.scalars(select(Person.id).limit(1)).one()
            version_id = work.session.scalars(select(FormVersion.id).limit(1)).one()
            child = _child_of(work, person_id, version_id, f"Meanwhile {number}", "")
            form_id = work.session.scalars(select(Advice.id).where(Advice.child_id == child.id)).one()
            _attach(work, form_id, person_id, FILE)
        return child.id
