"""Scheduled maintenance: delete expired rows and files, and retry what failed because of another service."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import cast

from sqlalchemy import Table, delete, or_

from app.accounts import change_email, log_in, registration
from app.accounts.tables.log_in import LogInSession
from app.cases import notice_files, reminders
from app.core.database.row_filter import bypass_row_filter
from app.core.mail.outbox_table import OutboxMail
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.documents import documents
from app.imports import running

log = logging.getLogger(__name__)

KEEP_LOG_INS = timedelta(days=90)
KEEP_MAIL = timedelta(days=30)


def every_minute(context: AppContext) -> None:
    """Apply changes of email addresses that are due, retry files that the scanner did not answer for, and make the files
    of notices."""
    _each(context, change_email.apply_due, scan_again, make_notice_files)


def every_hour(context: AppContext) -> None:
    """Remind people of advice that is due soon or late."""
    _each(context, reminders.send_due_reminders)


def every_few_seconds(context: AppContext, stop: Callable[[], bool]) -> None:
    """Work on imports, until none waits or `stop` returns True."""
    running.run_imports(context, stop)


def every_day(context: AppContext) -> None:
    """Delete expired rows and files, and update the database statistics."""
    _each(
        context,
        _as_work(log_in.forget_old),
        _as_work(registration.forget_unconfirmed),
        _as_work(delete_old_sessions),
        _as_work(delete_old_mail),
        sweep_files,
        running.forget_old,
        update_statistics,
    )


def _each(context: AppContext, *tasks: Callable[[AppContext], object]) -> None:
    """Run each task; a failure is logged and does not stop the others."""
    for task in tasks:
        try:
            task(context)
        except Exception:
            log.exception("%s failed", task.__name__)


def _as_work(task: Callable[[UnitOfWork], object]) -> Callable[[AppContext], object]:
    @wraps(task)
    def done(context: AppContext) -> None:
        with unit_of_work(context, None) as work:
            task(work)

    return done


def scan_again(context: AppContext) -> None:
    """Retry the virus scan in a session that holds no database lock while the scanner works."""
    with context.database.open() as session:
        bypass_row_filter(session, "files that wait for the scanner are shown to it again")
        documents.scan_waiting(session, context)


def make_notice_files(context: AppContext) -> None:
    """Make the PDF and the Word file of each copy of a notice that was served."""
    with context.database.open() as session:
        bypass_row_filter(session, "the files of served notices are made for no person")
        notice_files.make_notice_files(session, context)


def sweep_files(context: AppContext) -> None:
    """Delete stored files that belong to no document."""
    with context.database.open() as session:
        bypass_row_filter(session, "files that belong to nothing are deleted")
        documents.sweep(session, context, context.clock.now())


def update_statistics(context: AppContext) -> None:
    """Update the database statistics, which the query planner needs to choose indexes."""
    context.database.gather_statistics()


def delete_old_sessions(work: UnitOfWork) -> None:
    """Delete log-in sessions last used three months ago."""
    log_in_session = cast(Table, LogInSession.__table__)
    work.session.execute(delete(log_in_session).where(log_in_session.c.seen_at < work.now - KEEP_LOG_INS))


def delete_old_mail(work: UnitOfWork) -> None:
    """Delete mail that was sent, or given up, a month ago."""
    box = cast(Table, OutboxMail.__table__)
    before = work.now - KEEP_MAIL
    work.session.execute(delete(box).where(or_(box.c.sent_at < before, box.c.dead_at < before)))
