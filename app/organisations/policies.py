"""Row policies of organisations. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, false, true

from app.core.database.policies import open_to_all, row_policy
from app.core.roles import Principal, Role
from app.organisations.tables import Organisation, SchoolHoliday, WorkDomain

open_to_all(Organisation)


@row_policy(WorkDomain)
def work_domain(who: Principal) -> ColumnElement[bool]:
    """Administrators and the SEN team see which work email domains are recognised."""
    return true() if who.in_sen_team or who.has(Role.admin) else false()


@row_policy(SchoolHoliday)
def school_holiday(who: Principal) -> ColumnElement[bool]:
    """Administrators and the SEN team see the holidays of schools."""
    return true() if who.in_sen_team or who.has(Role.admin) else false()
