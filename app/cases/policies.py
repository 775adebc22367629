"""Row policies of cases. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, Select, and_, false, select, true

from app.cases.figure_tables import PublishedFigure
from app.cases.notice_tables import Notice, NoticeCopy, NoticeTemplate
from app.cases.plan_tables import Consultation, Plan
from app.cases.reminder_tables import Reminder, ReminderRule
from app.cases.return_tables import CaseReturn
from app.cases.tables import Absence, AdviceRoute, Case, CaseException, Decision, Duty, DutyRule
from app.children.tables import ChildLink
from app.core.database.policies import open_to_all, row_policy
from app.core.roles import Principal, Role
from app.forms.policies import files_addressed_to, is_own_family_link

open_to_all(DutyRule, PublishedFigure, ReminderRule)


_copy, _notice, _case, _link = (each.__table__ for each in (NoticeCopy, Notice, Case, ChildLink))


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
    the portal, while they are linked to the child, also while its file is withheld."""
    return true() if who.in_sen_team else Plan.document_id.in_(files_addressed_to(who))


@row_policy(Consultation)
def consultation(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads which schools or colleges were asked about a place, and what they answered."""
    return true() if who.in_sen_team else false()


@row_policy(NoticeTemplate)
def notice_template(who: Principal) -> ColumnElement[bool]:
    """The SEN team reads the texts from which notices are written. They say nothing about any child."""
    return true() if who.in_sen_team else false()


@row_policy(Notice)
def notice(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees every notice; parents and the young person those of which a copy was sent to them by name in the
    portal, while they are linked to the child. One that was sent before an address became secret is withheld until the
    SEN team has checked it."""
    if who.in_sen_team:
        return true()
    return Notice.id.in_(_sent_to(who, _copy.c.notice_id).where(_copy.c.withheld_at.is_(None)))


@row_policy(NoticeCopy)
def notice_copy(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees every copy of a notice; parents and the young person only their own, and that it exists while its
    text is withheld."""
    return true() if who.in_sen_team else NoticeCopy.id.in_(_sent_to(who, _copy.c.id))


def _sent_to(who: Principal, column: ColumnElement[int]) -> Select[int]:
    """A column of the copies that were sent to this person by name, about the child of their link."""
    return (
        select(column)
        .select_from(_copy)
        .join(_notice, _notice.c.id == _copy.c.notice_id)
        .join(_case, _case.c.id == _notice.c.case_id)
        .join(_link, and_(_link.c.id == _copy.c.link_id, _link.c.child_id == _case.c.child_id))
        .where(is_own_family_link(who))
    )


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


@row_policy(CaseReturn)
def case_return(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads what the yearly return asks about a case."""
    return true() if who.in_sen_team else false()
