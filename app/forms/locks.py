"""Row locks on forms and their children; app/core/database/locks.py gives the order in which they are taken."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.children.tables import Child
from app.forms.tables.forms import Form


def hold_child_of(session: Session, form_id: int) -> int | None:
    """Lock the child of this form and return their id; None for a form that this session does not see."""
    of_form = select(Form.child_id).where(Form.id == form_id).scalar_subquery()
    held = select(Child.id).where(Child.id == of_form).with_for_update(key_share=True, of=Child)
    return session.scalars(held).one_or_none()
