"""A6 in browsers: the same button pressed at the same moment, and what the database undid because of another request."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.models import AuditRow, Organisation, WorkDomain
from tests.browser import post_with_token
from tests.cast import everything


def pressed(app: Any, actor: Any, path: str, fields: dict[str, str], times: int = 5) -> list[Any]:
    """The answers to one button, pressed in so many browsers when all are ready."""
    browsers = [actor.browser() for _ in range(times)]
    start = Barrier(times)

    def press(browser: Any) -> Any:
        start.wait()
        return post_with_token(browser, app, path, fields)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(press, browsers))


def test_a6_an_organisation_entered_five_times_at_once(app, context, cast):
    fields = {"name": "Beck View School", "kind": "school", "active": "y"}

    answers = Counter(each.status_code for each in pressed(app, cast.ines, "/organisations/add", fields))

    assert set(answers) <= {302, 422}
    with everything(context) as work:
        named = select(Organisation).where(Organisation.name == "Beck View School")
        assert len(work.session.scalars(named).all()) == 1
        added = select(AuditRow.id).where(AuditRow.event == "ReferenceChanged")
        assert len(work.session.scalars(added).all()) == 1


def test_a6_a_domain_deleted_five_times_at_once_is_in_the_audit_once(app, context, cast):
    with everything(context) as work:
        place = cast.sana.principal.organisation_id
        row = work.add(WorkDomain(domain="beckview.sch.example", organisation_id=place)).id

    answers = Counter(each.status_code for each in pressed(app, cast.ines, f"/work-domains/delete/{row}", {}))

    assert set(answers) <= {302, 404, 409}
    with everything(context) as work:
        deleted = select(AuditRow.id).where(AuditRow.event == "ReferenceChanged")
        assert len(work.session.scalars(deleted).all()) == 1


@contextmanager
def deadlocks(context: Any, times: int, beginning: str) -> Iterator[None]:
    """The database undoes so many transactions at a statement that begins like this, because of a deadlock."""
    left = [times]

    def fail(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(beginning) and left[0]:
            left[0] -= 1
            raise OperationalError(statement, {}, psycopg.errors.DeadlockDetected())

    event.listen(context.database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(context.database.engine, "before_cursor_execute", fail)


@pytest.mark.parametrize(("times", "status"), [(1, 302), (2, 503)])
def test_a6_what_a_deadlock_undid_is_tried_once_more(app, context, cast, make, times, status):
    """Nothing is done twice, and a second deadlock is answered with what was typed."""
    child = make.child(linked=(cast.ann,))
    fields = {"subject": "A visit", "body": "Tuesday at ten.", "to": "everybody", "send_key": "k"}
    browser = cast.olu.browser()

    with deadlocks(context, times, "INSERT INTO message"):
        answer = post_with_token(browser, app, f"/messages/write?child_id={child.id}", fields)

    assert answer.status_code == status
    assert (status == 302) or "Tuesday at ten." in answer.text
    with everything(context) as work:
        sent = select(AuditRow.id).where(AuditRow.event == "MessageSent")
        assert len(work.session.scalars(sent).all()) == (status == 302)
