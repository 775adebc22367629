"""Row policies of accounts, log-ins and invitations. The docstrings are for officers to check: docs/access.md is made from them."""

from flask_appbuilder.security.sqla.models import (
    ApiKey,
    Group,
    Permission,
    PermissionView,
    RegisterUser,
    ViewMenu,
)
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import ColumnElement, false, true

from app.accounts.rules.invitations import COUNCIL_ROLES
from app.accounts.tables.account_changes import EmailChange, OrganisationChange
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.log_in import LogInChallenge, LogInSession, Registration, SavedSubmission
from app.accounts.tables.mailed_links import MailedLink
from app.core.database.policies import open_to_all, row_policy
from app.core.roles import Principal, Role

open_to_all(RoleRow, Permission, ViewMenu, PermissionView, Group)


@row_policy(Registration)
def registration(who: Principal) -> ColumnElement[bool]:
    """The SEN team decides who gets an account, so it sees who asked."""
    return true() if who.in_sen_team else false()


@row_policy(Invitation)
def invitation(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees the invitations of parents, carers and professionals; administrators those of professionals and
    of the council's own staff."""
    shown: list[Role] = []
    if who.in_sen_team:
        shown += [Role.parent, Role.professional]
    if who.has(Role.admin):
        shown += [Role.professional, *COUNCIL_ROLES]
    return Invitation.role.in_(sorted(set(shown), key=lambda role: role.name)) if shown else false()


@row_policy(MailedLink)
def mailed_link(_who: Principal) -> ColumnElement[bool]:
    """No one reads links on their way; the person who has one uses it."""
    return false()


@row_policy(EmailChange)
def email_change(who: Principal) -> ColumnElement[bool]:
    """People see the change of their own email address that waits, and no one else's."""
    return EmailChange.person_id == who.user_id


@row_policy(OrganisationChange)
def organisation_change(who: Principal) -> ColumnElement[bool]:
    """The SEN team decides where a professional works, so it sees what was proposed; others see their own proposal."""
    return true() if who.in_sen_team else OrganisationChange.person_id == who.user_id


@row_policy(LogInSession)
def log_in_session(who: Principal) -> ColumnElement[bool]:
    """People see their own log-ins, and no one else's."""
    return LogInSession.person_id == who.user_id


@row_policy(LogInChallenge)
def log_in_challenge(_who: Principal) -> ColumnElement[bool]:
    """No one reads who is waiting to be logged in; the log-in looks them up before anyone is known."""
    return false()


@row_policy(SavedSubmission)
def saved_submission(who: Principal) -> ColumnElement[bool]:
    """Only the person who entered it sees what was stored for them when their log-in ended."""
    return SavedSubmission.person_id == who.user_id


@row_policy(RegisterUser)
def fab_registration(_who: Principal) -> ColumnElement[bool]:
    """AppBuilder's own registrations are not used."""
    return false()


@row_policy(ApiKey)
def api_key(_who: Principal) -> ColumnElement[bool]:
    """There is no interface for programs."""
    return false()
