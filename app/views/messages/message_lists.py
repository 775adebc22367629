"""The SEN team's generated list of messages."""

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_

from app.core.database.listing import Criteria
from app.core.events import Event
from app.messages.events import MessageRead
from app.messages.queries.messages import saying
from app.models import Message
from app.operations.queries import lists
from app.views.cases.casework_lists import child_page, named
from app.views.web.i18n import gettext as _
from app.views.web.list_arguments import SavedFilter
from app.views.web.list_interface import PortalInterface
from app.views.web.listed import RowLink
from app.views.web.model_view import PortalModelView
from app.views.web.pages import uk_datetime
from app.views.web.register import register


@register()
class MessageList(PortalModelView):
    """Messages that the SEN team sent and received."""

    datamodel = PortalInterface(Message, listing=lists.MESSAGES)
    route_base = "/team-messages"
    class_permission_name = "CaseWork"
    list_title = _l("All messages")
    show_title = _l("Message")
    list_columns = ["subject", "sender_name", "recipient", "child", "created_at", "read_at"]
    show_columns = [*list_columns, "body"]
    order_columns = ["created_at"]
    find_label = _l("Find by subject or sender, among the newest 100,000 messages")
    search_columns: list[str] = []
    exports = ()
    changes = about_children = False
    base_order = ("created_at", "desc")
    saved_filters = {
        "team": SavedFilter(_l("To the SEN team"), lambda: Message.recipient_id.is_(None)),
        "unread": SavedFilter(
            _l("To the SEN team, unread"),
            lambda: and_(Message.recipient_id.is_(None), Message.read_at.is_(None)),
        ),
    }
    label_columns = {
        "subject": _l("Subject"),
        "sender_name": _l("From"),
        "recipient": _l("To"),
        "child": _l("About"),
        "created_at": _l("Sent"),
        "read_at": _l("Read"),
        "body": _l("Message"),
    }
    formatters_columns = {
        "created_at": uk_datetime,
        "read_at": lambda at: uk_datetime(at) or _("Not read yet"),
        "recipient": lambda person: named(person) or _("SEN team"),
        "child": named,
    }

    def find(self, text: str) -> Criteria:
        """Return the criteria to find messages by part of the subject or the sender's name."""
        return Criteria(saying(text))

    def opened(self, record: Message) -> Event:
        """Return the event of reading the message, because the record shows all of it."""
        return MessageRead(child_id=record.child_id, message_id=record.id)

    def record_links(self, record: Message) -> list[RowLink]:
        """Return links to the page where it can be answered, and to the child it is about."""
        ways = [RowLink(_("Open this message"), url_for("MessageView.read", message_id=record.id))]
        return [*ways, child_page(record.child)] if record.child else ways
