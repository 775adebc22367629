"""Row policies of messages. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, and_, or_

from app.children.involvement import linked_children
from app.core.database.policies import row_policy
from app.core.roles import Principal
from app.messages.tables import Message


@row_policy(Message)
def message(who: Principal) -> ColumnElement[bool]:
    """Every person sees what was sent to them and by them, for as long as they may see the child it is about; the SEN team
    also its shared inbox and all that the SEN team wrote."""
    mine = or_(Message.recipient_id == who.user_id, Message.sender_id == who.user_id)
    if who.in_sen_team:
        return or_(mine, Message.recipient_id.is_(None), Message.from_team.is_(True))
    return and_(mine, or_(Message.child_id.is_(None), Message.child_id.in_(linked_children(who))))
