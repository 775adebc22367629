"""What is tidied by the clock: what is no longer needed goes, and what waited for another machine is tried again."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import cast

from sqlalchemy import Table, delete, or_

from app.accounts import change_email, log_in, registration
from app.accounts.tables.log_in import LogInSession
from app.core.database.row_filter import bypass_row_filter
from app.core.mail.outbox_table import OutboxMail
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.documents import documents

log = logging.getLogger(__name__)

KEEP_LOG_INS = timedelta(days=90)
KEEP_MAIL = timedelta(days=30)


def every_minute(context: AppContext) -> None:
    """New email addresses are put into use; files that the scanner gave no answer for are shown to it again."""
    _each(context, change_email.apply_due, scan_again)


def every_day(context: AppContext) -> None:
    """Everything that is only kept for a while."""
    _each(
        context,
        _as_work(log_in.forget_old),
        _as_work(registration.forget_unconfirmed),
        _as_work(forget_log_ins),
        _as_work(forget_mail),
        sweep_files,
        learn_how_rows_lie,
    )


def _each(context: AppContext, *chores: Callable[[AppContext], object]) -> None:
    """One that fails does not stop the others."""
    for chore in chores:
        try:
            chore(context)
        except Exception:
            log.exception("%s failed", chore.__name__)


def _as_work(chore: Callable[[UnitOfWork], object]) -> Callable[[AppContext], object]:
    @wraps(chore)
    def done(context: AppContext) -> None:
        with unit_of_work(context, None) as work:
            chore(work)

    return done


def scan_again(context: AppContext) -> None:
    """In a session that does not hold the database while the scanner takes its time."""
    with context.database.open() as session:
        bypass_row_filter(session, "files that wait for the scanner are shown to it again")
        documents.scan_waiting(session, context)


def sweep_files(context: AppContext) -> None:
    """Files that belong to nothing any more."""
    with context.database.open() as session:
        bypass_row_filter(session, "files that belong to nothing are deleted")
        documents.sweep(session, context, context.clock.now())


def learn_how_rows_lie(context: AppContext) -> None:
    """The database goes the short way to what is asked only as long as it knows how much there is of what."""
    context.database.gather_statistics()


def forget_log_ins(work: UnitOfWork) -> None:
    """Log-ins that ended, or were left alone, three months ago."""
    log_in_session = cast(Table, LogInSession.__table__)
    work.session.execute(delete(log_in_session).where(log_in_session.c.seen_at < work.now - KEEP_LOG_INS))


def forget_mail(work: UnitOfWork) -> None:
    """Mail that went, or was given up, a month ago."""
    box = cast(Table, OutboxMail.__table__)
    before = work.now - KEEP_MAIL
    work.session.execute(delete(box).where(or_(box.c.sent_at < before, box.c.dead_at < before)))
