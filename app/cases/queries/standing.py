"""The state of the case about a child, for everyone who sees the child."""

from sqlalchemy import select

from app.cases.tables import Case, Duty
from app.forms.tables.forms import Form

_case, _form, _duty = Case.__table__, Form.__table__, Duty.__table__

STANDING = (
    select(
        _case.c.id,
        _case.c.child_id,
        _case.c.state,
        _case.c.received_on,
        _case.c.decided_on,
        _case.c.statutory,
        _case.c.due_on,
        _case.c.excused,
        _case.c.views_invited_on,
        _form.c.state.label("form_state"),
        _case.c.request_id,
    )
    .outerjoin_from(_case, _form, _form.c.id == _case.c.request_id)
    .subquery("standing")
)
"""The state and dates of a case, and nothing of what was asked or decided on which grounds. Everyone who sees the child
may know them, so it is joined only to a child that the row filter shows."""

DUTY_DATES = (
    select(
        _duty.c.id,
        _duty.c.case_id,
        _duty.c.rule_id,
        _duty.c.key,
        _duty.c.starts_on,
        _duty.c.due_on,
        _duty.c.ending,
        _duty.c.ended_on,
        _duty.c.excused,
        _case.c.child_id,
    )
    .join_from(_duty, _case, _case.c.id == _duty.c.case_id)
    .subquery("duty_dates")
)
"""The days of the duties of a case, for the same readers in the same way."""
