"""Row locks. Every transaction takes them in one order, so that none waits in a circle: administrators, the account,
children by number, forms, everything else, and the audit's chain last.

A lock on an account or a child lets rows that refer to it be entered meanwhile (FOR NO KEY UPDATE): a message to a person
never waits for whoever closes their account. On SQLite there is one writer at a time and these wait for nobody.
"""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.children.tables import Child
from app.forms.tables.forms import Form
from app.store.visibility import PERSON_TABLE

_person: Any = PERSON_TABLE


def hold_account(session: Session, person_id: int) -> None:
    """Wait until nobody else changes this account, its log-ins, links or involvement. Ask for it before anything else
    of the account is locked: whoever takes an account back locks in that order."""
    session.execute(select(_person.c.id).where(_person.c.id == person_id).with_for_update(key_share=True))


def child_held(child_id: int) -> Select[Child]:
    """The child, while nobody else changes who is involved, shares a form about them or merges the record. Found no more
    once it was merged at this moment."""
    return select(Child).where(Child.id == child_id).with_for_update(key_share=True)


def hold_child_of(session: Session, form_id: int) -> int | None:
    """Hold the child of this form in the same way and give their number; None for a form that this session does not
    see."""
    of_form = select(Form.child_id).where(Form.id == form_id).scalar_subquery()
    held = select(Child.id).where(Child.id == of_form).with_for_update(key_share=True, of=Child)
    return session.scalars(held).one_or_none()
