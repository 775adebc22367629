"""Row policies of cases. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, false, true

from app.cases.tables import Case, Decision, Duty, DutyRule
from app.core.database.policies import open_to_all, row_policy
from app.core.roles import Principal

open_to_all(DutyRule)


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
