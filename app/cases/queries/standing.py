"""The state of the case about a child, for everyone who sees the child."""

from sqlalchemy import select

from app.cases.tables import Case
from app.forms.tables.forms import Form

_case, _form = Case.__table__, Form.__table__

STANDING = (
    select(
        _case.c.id,
        _case.c.child_id,
        _case.c.state,
        _case.c.received_on,
        _case.c.decided_on,
        _case.c.statutory,
        _form.c.state.label("form_state"),
        _case.c.request_id,
    )
    .outerjoin_from(_case, _form, _form.c.id == _case.c.request_id)
    .subquery("standing")
)
"""The state and dates of a case, and nothing of what was asked or decided on which grounds. Everyone who sees the child
may know them, so it is joined only to a child that the row filter shows."""
