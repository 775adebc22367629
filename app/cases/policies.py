"""Row policies of cases. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, false, true

from app.cases.plan_tables import Consultation, Plan
from app.cases.reminder_tables import Reminder, ReminderRule
from app.cases.tables import Absence, AdviceRoute, Case, CaseException, Decision, Duty, DutyRule
from app.core.database.policies import open_to_all, row_policy
from app.core.roles import Principal, Role
from app.forms.policies import files_sent_to

open_to_all(DutyRule, ReminderRule)


@row_policy(Case)
def case(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads how a request came, and works on the case. Everyone who sees the child knows its state and
    dates."""
    return true() if who.in_sen_team else false()


@row_policy(Decision)
def decision(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads the history of decisions, their reasons and why one was corrected."""
    return true() if who.in_sen_team else false()


@row_policy(Duty)
def duty(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team works with the duties of a case. Everyone who sees the child knows their dates."""
    return true() if who.in_sen_team else false()


@row_policy(Plan)
def plan(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees every draft and final plan; parents and the young person those that were sent to them by name in
    the portal, while they are linked to the child."""
    return true() if who.in_sen_team else Plan.document_id.in_(files_sent_to(who))


@row_policy(Consultation)
def consultation(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads which schools or colleges were asked about a place, and what they answered."""
    return true() if who.in_sen_team else false()


@row_policy(AdviceRoute)
def advice_route(who: Principal) -> ColumnElement[bool]:
    """Administrators and the SEN team see to whom requests for advice go. It says nothing about any child."""
    return true() if who.in_sen_team or who.has(Role.admin) else false()


@row_policy(Absence)
def absence(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads which of its officers is away, and who covers."""
    return true() if who.in_sen_team else false()


@row_policy(Reminder)
def reminder(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team sees which reminders were sent."""
    return true() if who.in_sen_team else false()


@row_policy(CaseException)
def case_exception(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads which exceptions are recorded and on what evidence. Everyone who sees the child knows that
    one is recorded for a limit."""
    return true() if who.in_sen_team else false()
