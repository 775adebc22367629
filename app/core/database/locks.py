"""Locks. Every transaction takes them in one order, so that none waits in a circle: administrators, the account, the
comparing of children, children by number, forms, invitations, everything else, and the audit's chain last.

A lock on an account or a child lets rows that refer to it be entered meanwhile (FOR NO KEY UPDATE): a message to a person
never waits for whoever closes their account. On SQLite there is one writer at a time and these wait for nobody.
"""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.children.tables import Child
from app.forms.tables.forms import Form
from app.organisations.tables import Organisation
from app.store.visibility import PERSON_TABLE

_person: Any = PERSON_TABLE
_COMPARING = 0x5E4E  # any number, as long as nothing else locks by it (post/audit.py has another)


def hold_account(session: Session, person_id: int) -> None:
    """Wait until nobody else changes this account, its log-ins, links or involvement. Ask for it before anything else
    of the account is locked: whoever takes an account back locks in that order."""
    session.execute(select(_person.c.id).where(_person.c.id == person_id).with_for_update(key_share=True))


def child_held(child_id: int) -> Select[Child]:
    """The child, while nobody else changes who is involved, shares a form about them or merges the record. Found no more
    once it was merged at this moment."""
    return select(Child).where(Child.id == child_id).with_for_update(key_share=True)


def child_shared(child_id: int) -> Select[Child]:
    """The child, while the record is not merged: for a row that is about the child and changes nothing else."""
    return select(Child).where(Child.id == child_id).with_for_update(read=True)


def hold_comparing(session: Session) -> None:
    """Wait until nobody else adds, corrects or merges a child: two who add the same child at once must find each other.
    Ask for it before any child is locked."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_COMPARING)))


def organisation_held(organisation_id: int) -> Select[Organisation]:
    """The organisation, while nobody marks it as no longer in use. Many may ask for it at once."""
    found = select(Organisation).where(Organisation.id == organisation_id)
    return found.with_for_update(read=True).execution_options(populate_existing=True)


def hold_child_of(session: Session, form_id: int) -> int | None:
    """Hold the child of this form in the same way and give their number; None for a form that this session does not
    see."""
    of_form = select(Form.child_id).where(Form.id == form_id).scalar_subquery()
    held = select(Child.id).where(Child.id == of_form).with_for_update(key_share=True, of=Child)
    return session.scalars(held).one_or_none()
