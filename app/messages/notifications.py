"""What is sent when something happens to messages."""

from app.core.notifications import AUDIT_ONLY, register
from app.messages.events import MessageMarkedUnread, MessageRead, MessageSent

register(
    {
        MessageSent: AUDIT_ONLY,  # the messages stand in the inboxes already; post/mailing.py mails who has them,
        MessageRead: AUDIT_ONLY,
        MessageMarkedUnread: AUDIT_ONLY,
    }
)
