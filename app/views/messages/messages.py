"""The pages for messages: inbox, reading, writing and answering."""

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField

from app.children.queries.involved import involved_with
from app.core.command_line import app_context
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.forms.named_later import warned_of
from app.messages import messages
from app.messages.messages import EVERYONE, LONGEST_BODY, LONGEST_SUBJECT, Opened
from app.messages.queries.messages import INBOXES, Addressee, Box, lines_of
from app.views.messages.message_words import subject_of, text_of
from app.views.web.base import PortalView, principal, read_only_work
from app.views.web.converters import number_asked
from app.views.web.fields import StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.generated_lists import with_args
from app.views.web.i18n import gettext as _
from app.views.web.i18n import ngettext
from app.views.web.pages import translated, url_or_none
from app.views.web.register import register


class AnswerForm(FlaskForm):
    """The form to answer a message."""

    body = TextAreaField(_l("Your message"))
    send_key = HiddenField()
    """A key of the page, so that a form posted twice sends one message."""

    def __init__(self) -> None:
        super().__init__(data={"send_key": uuid.uuid4().hex})


class WriteForm(AnswerForm):
    """The form for a new message; the SEN team also chooses the recipient."""

    to = RadioField(_l("Who do you want to write to?"), validate_choice=False)
    subject = StringField(_l("Subject"))
    body = TextAreaField(_l("Your message"))
    """Declared again to come last, because errors are listed in the order of the fields."""

    def offer(self, linked: list[Addressee]) -> None:
        """Set the people to choose from."""
        self.to.choices = [
            *_everyone_choice(linked),
            *((str(each.person_id), _named(each)) for each in linked),
        ]


def _everyone_choice(linked: list[Addressee]) -> list[tuple[str, str]]:
    if len(linked) < 2:
        return []
    words = ngettext(
        "Everyone linked to this child (%(num)s person)",
        "Everyone linked to this child (%(num)s people)",
        len(linked),
    )
    return [(EVERYONE, words)]


def _named(each: Addressee) -> str:
    """Return the recipient's name, job title and organisation, and whether no one has confirmed where they work."""
    what = each.relationship or (_("Parent or carer") if each.is_family else "")
    doubt = _("not confirmed") if each.is_unconfirmed else ""
    return ", ".join(part for part in (each.name, what, each.organisation, doubt) if part)


@register(_l("Messages"), order=20, opens="inbox")
class MessageView(PortalView):
    """Messages between the SEN team and other people."""

    route_base = "/messages"
    class_permission_name = "Messages"

    @expose("/")
    @has_access
    def inbox(self) -> ResponseReturnValue:
        """Show one box of messages, newest first."""
        who = principal()
        assert who is not None  # noqa: S101 - has_access saw to that
        box = _box_asked(team=who.in_sen_team)
        before, after = number_asked("before"), number_asked("after")
        found = lines_of(app_context().database.session(), who, box, before, after)
        return self.page(
            "messages/inbox.html",
            box=box.name,
            boxes=_boxes(box, team=who.in_sen_team),
            lines=[(line, subject_of(line)) for line in found.lines],
            newer=with_args(after=found.newer, before=None) if found.newer else None,
            older=with_args(before=found.older, after=None) if found.older else None,
            in_team=who.in_sen_team,
        )

    @expose("/<int:message_id>")
    @has_access
    def read(self, message_id: int) -> ResponseReturnValue:
        """Show a message and mark it as read."""
        with self.work() as work:
            opened = messages.open_message(work, message_id)
        return self._opened(opened, AnswerForm())

    @expose("/<int:message_id>/answer", methods=["POST"])
    @has_access
    def answer(self, message_id: int) -> ResponseReturnValue:
        """Answer a message."""
        form = AnswerForm()
        try:
            with self.work() as work:
                messages.answer(work, message_id, form.body.data or "", form.send_key.data or "")
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            with self.work() as work:
                opened = messages.open_message(work, message_id)
            return self._opened(opened, form)
        flash(_("Your answer has been sent."), "success")
        return redirect(url_for("MessageView.inbox"))

    @expose("/<int:message_id>/unread", methods=["POST"])
    @has_access
    def unread(self, message_id: int) -> ResponseReturnValue:
        """Mark a message as unread."""
        with self.work() as work:
            messages.mark_unread(work, message_id)
        flash(_("The message is marked as unread."), "success")
        return redirect(url_for("MessageView.inbox"))

    @expose("/write", methods=["GET", "POST"])
    @has_access
    def write(self) -> ResponseReturnValue:
        """Write a message: the SEN team to a person linked to a child, other people to the SEN team."""
        child_id = number_asked("child_id")
        work = read_only_work()
        team = work.me.in_sen_team
        if team and child_id is None:
            return self.page("messages/choose_child.html")
        form = WriteForm()
        if form.is_submitted():
            try:
                self._send(form, child_id)
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
            else:
                flash(_("Your message has been sent."), "success")
                return redirect(
                    url_for("MessageView.inbox")
                    if child_id is None
                    else url_for("ChildView.show", child_id=child_id)
                )
        child, linked = messages.whom_to_write_to(work, child_id) if child_id is not None else (None, [])
        form.offer(linked if team else [])
        return self.page(
            "messages/write.html",
            422 if form.errors else 200,
            form=form,
            child=child,
            in_team=team,
            linked=linked,
            warned=_who_must_not_know(work, child_id) if team and child_id is not None else [],
            unconfirmed=[each.name for each in linked if each.is_unconfirmed] if team else [],
            longest_subject=LONGEST_SUBJECT,
            longest_body=LONGEST_BODY,
        )

    def _send(self, form: WriteForm, child_id: int | None) -> None:
        subject, body, key = form.subject.data or "", form.body.data or "", form.send_key.data or ""
        with self.work() as work:
            if work.me.in_sen_team and child_id is not None:
                messages.write_about_child(work, child_id, form.to.data or "", subject, body, key)
            else:
                messages.write_to_team(work, subject, body, key, child_id)

    def _opened(self, opened: Opened, form: AnswerForm) -> ResponseReturnValue:
        message, name = opened.message, opened.child.name if opened.child else ""
        return self.page(
            "messages/read.html",
            422 if form.errors else 200,
            opened=opened,
            message=message,
            subject=subject_of(message),
            text=text_of(message, message.body, name),
            opens=_opens(opened),
            form=form,
            longest_body=LONGEST_BODY,
        )


def _box_asked(*, team: bool) -> Box:
    asked = request.args.get("box", "")
    offered = {box.name: box for box in (Box if team else (*INBOXES, Box.sent))}
    return offered.get(asked, Box.everything)


def _boxes(shown: Box, *, team: bool) -> list[dict[str, Any]]:
    words = {Box.everything: _("All messages") if team else _("Inbox"), Box.letters: _("From people")}
    if team:
        words |= {Box.team: _("To the team"), Box.mine: _("To me")}
    words |= {Box.notices: _("Notices"), Box.sent: _("Sent by the team") if team else _("Sent")}
    return [
        {
            "text": text,
            "href": url_for("MessageView.inbox", box=None if box is Box.everything else box.name),
            "active": box is shown,
        }
        for box, text in words.items()
    ]


def _opens(opened: Opened) -> list[tuple[str, str]]:
    """Return links to what the message is about, as far as the reader may open it."""
    links = []
    if opened.message.letter == "possible_duplicate" and opened.child:
        links.append(
            (_("Are these the same child?"), url_or_none("DuplicateView.settle", child_id=opened.child.id))
        )
    if opened.form:
        links.append((translated(opened.form.title), url_or_none("FormView.show", form_id=opened.form.id)))
    if opened.child:
        links.append(
            (
                _("%(name)s’s page", name=opened.child.name),
                url_or_none("ChildView.show", child_id=opened.child.id),
            )
        )
    if opened.registration:
        number = opened.registration.id
        links.append((_("The registration"), url_or_none("RegistrationView.decide", registration_id=number)))
    return [(text, href) for text, href in links if href]


def _who_must_not_know(work: UnitOfWork, child_id: int) -> list[str]:
    """Return the names of those linked to a child who a form may say must not know. For the SEN team."""
    people = [each for each in involved_with(work.session, child_id) if each.person_id is not None]
    warned = warned_of(work, child_id)
    return [each.person_name for each in people if each.link_id in warned]
