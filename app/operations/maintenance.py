"""What is tidied by the clock: what is no longer needed goes, and what waited for another machine is tried again."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import cast

from sqlalchemy import Table, delete, or_

from app.accounts import change_email, log_in, registration
from app.accounts.tables.log_in import LogInSession
from app.core.database.row_filter import look_as_system
from app.core.mail.outbox_table import OutboxMail
from app.core.unit_of_work import Office, Work, unit_of_work
from app.documents import documents

log = logging.getLogger(__name__)

KEEP_LOG_INS = timedelta(days=90)
KEEP_MAIL = timedelta(days=30)


def every_minute(office: Office) -> None:
    """New email addresses are put into use; files that the scanner gave no answer for are shown to it again."""
    _each(office, change_email.apply_due, scan_again)


def every_day(office: Office) -> None:
    """Everything that is only kept for a while."""
    _each(
        office,
        _as_work(log_in.forget_old),
        _as_work(registration.forget_unconfirmed),
        _as_work(forget_log_ins),
        _as_work(forget_mail),
        sweep_files,
        learn_how_rows_lie,
    )


def _each(office: Office, *chores: Callable[[Office], object]) -> None:
    """One that fails does not stop the others."""
    for chore in chores:
        try:
            chore(office)
        except Exception:
            log.exception("%s failed", chore.__name__)


def _as_work(chore: Callable[[Work], object]) -> Callable[[Office], object]:
    @wraps(chore)
    def done(office: Office) -> None:
        with unit_of_work(office, None) as work:
            chore(work)

    return done


def scan_again(office: Office) -> None:
    """In a session that does not hold the database while the scanner takes its time."""
    with office.database.open() as session:
        look_as_system(session, "files that wait for the scanner are shown to it again")
        documents.scan_waiting(session, office)


def sweep_files(office: Office) -> None:
    """Files that belong to nothing any more."""
    with office.database.open() as session:
        look_as_system(session, "files that belong to nothing are deleted")
        documents.sweep(session, office, office.clock.now())


def learn_how_rows_lie(office: Office) -> None:
    """The database goes the short way to what is asked only as long as it knows how much there is of what."""
    office.database.learn()


def forget_log_ins(work: Work) -> None:
    """Log-ins that ended, or were left alone, three months ago."""
    log_in_session = cast(Table, LogInSession.__table__)
    work.session.execute(delete(log_in_session).where(log_in_session.c.seen_at < work.now - KEEP_LOG_INS))


def forget_mail(work: Work) -> None:
    """Mail that went, or was given up, a month ago."""
    box = cast(Table, OutboxMail.__table__)
    before = work.now - KEEP_MAIL
    work.session.execute(delete(box).where(or_(box.c.sent_at < before, box.c.dead_at < before)))
