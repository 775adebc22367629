"""Row locks on children; app/core/database/locks.py has the order in which they are taken."""

from sqlalchemy import Select, select

from app.children.tables import Child


def child_held(child_id: int) -> Select[Child]:
    """Return the query that locks a child for changes of its links, shared forms or merges.

    It finds no row when the record was merged at this moment. A child that the page loaded already is read again: an
    address may have become secret since.
    """
    held = select(Child).where(Child.id == child_id).with_for_update(key_share=True)
    return held.execution_options(populate_existing=True)


def child_shared(child_id: int) -> Select[Child]:
    """Return the query that locks a child against a merge, for adding a row about the child."""
    return select(Child).where(Child.id == child_id).with_for_update(read=True)
