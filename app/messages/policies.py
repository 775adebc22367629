"""Row policies of messages. The docstrings are for officers to check: docs/access.md is made from them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from app.children.involvement import linked_children
from app.core.database.policies import row_policy
from app.core.roles import Principal, Role
from app.messages.tables import Message


@row_policy(Message)
def message(who: Principal) -> ColumnElement[bool]:
    """Every person sees what was sent to them and by them, for as long as they may see the child it is about; the SEN team
    also its shared inbox and all that the SEN team wrote. A professional sees what was sent for the organisation they
    act for, and what was sent for none."""
    mine = or_(
        and_(Message.recipient_id == who.user_id, _is_for(who, Message.organisation_id)),
        and_(Message.sender_id == who.user_id, _is_for(who, Message.sender_organisation_id)),
    )
    if who.in_sen_team:
        return or_(mine, Message.recipient_id.is_(None), Message.from_team.is_(True))
    return and_(mine, or_(Message.child_id.is_(None), Message.child_id.in_(linked_children(who))))


def _is_for(who: Principal, organisation_id: Any) -> ColumnElement[bool]:
    """For a professional: the message is for the organisation they act for, or for none. True for anyone else."""
    if not who.has(Role.professional):
        return true()
    is_for_none: ColumnElement[bool] = organisation_id.is_(None)
    return (
        is_for_none
        if who.organisation_id is None
        else or_(is_for_none, organisation_id == who.organisation_id)
    )
