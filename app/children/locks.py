"""Row locks on children; app/core/database/locks.py says in which order they are taken."""

from sqlalchemy import Select, select

from app.children.tables import Child


def child_held(child_id: int) -> Select[Child]:
    """The child, while nobody else changes who is involved, shares a form about them or merges the record. Found no more
    once it was merged at this moment."""
    return select(Child).where(Child.id == child_id).with_for_update(key_share=True)


def child_shared(child_id: int) -> Select[Child]:
    """The child, while the record is not merged: for a row that is about the child and changes nothing else."""
    return select(Child).where(Child.id == child_id).with_for_update(read=True)
