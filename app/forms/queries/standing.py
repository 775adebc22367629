"""The state of the request about a child, for everyone who sees the child."""

from sqlalchemy import select

from app.forms.tables.forms import Form

_form = Form.__table__

STANDING = (
    select(_form.c.child_id, _form.c.state, _form.c.received_on, _form.c.decided_on, _form.c.statutory)
    .where(_form.c.kind == "request")
    .subquery("standing")
)
"""The state and dates of a request, and nothing of its answers. Everyone who sees the child may know them, so it is joined
only to a child that the row filter shows."""
