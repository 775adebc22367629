"""Require password and code again before changes to how people log in or to who has access."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import sessions
from app.core.command_line import app_context
from app.core.database.locks import hold_account
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.views.web.base import my_work
from app.views.web.cookie import PROVING


def proof_first(back: str) -> ResponseReturnValue | None:
    """Return None when the reader proved who they are within ten minutes, else a redirect to the page where they do.

    From there they return to `back`.
    """
    if sessions.is_proved(current_user, app_context().clock.now()):
        return None
    session[PROVING] = back
    return redirect(url_for("AccountView.prove"))


def proof_of_administrator(back: str) -> ResponseReturnValue | None:
    """Return the same for administrators, and None for everyone else: they decide who gets accounts, and where."""
    return proof_first(back) if current_user.principal.has(Role.admin) else None


@contextmanager
def proved_work() -> Iterator[UnitOfWork]:
    """Open one transaction as the current user, and commit it only if their proof is still valid at its end.

    The proof is checked last, because accounts are locked before sessions everywhere. Raises ProveFirst.
    """
    with my_work() as work:
        yield work
        sessions.require_proof(work, current_user.log_in_id)


@contextmanager
def work_of_administrator() -> Iterator[UnitOfWork]:
    """Open the same transaction for administrators, and an ordinary one for everyone else.

    An administrator's own account is locked first, because administrators are locked before other accounts
    everywhere.
    """
    if not current_user.principal.has(Role.admin):
        with my_work() as work:
            yield work
        return
    with proved_work() as work:
        hold_account(work.session, work.me.user_id)
        yield work
