"""Use cases of messages: read, write to people linked to a child, answer. The SEN team shares one inbox and name."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from app.accounts.queries.people import readers
from app.accounts.tables.log_in import Registration
from app.children.locks import child_shared
from app.children.tables import Child
from app.core.activity_limits import MESSAGES, count_mine
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, NotFound, TooMany, ValidationFailed
from app.core.roles import Principal, Role
from app.core.text_input import character_faults, clean_line, clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.queries.recipients import who_may_see
from app.forms.tables.forms import Form
from app.messages.dispatch import sender_name
from app.messages.events import MessageMarkedUnread, MessageRead, MessageSent
from app.messages.queries.messages import Addressee, people_linked, written_already
from app.messages.tables import Message

RowType = TypeVar("RowType")

LONGEST_SUBJECT = 150
LONGEST_BODY = 5000
EVERYONE = "everybody"
"""The recipient that means all people linked to the child."""


@dataclass(frozen=True)
class Opened:
    """A message that was opened, with the rows it is about that the reader may see."""

    message: Message
    child: Child | None
    form: Form | None
    registration: Registration | None
    answers: Message | None
    """The message that this one is an answer to."""
    may_answer: bool
    may_mark_unread: bool


def is_for(message: Message, who: Principal) -> bool:
    """Return whether the message is in this person's inbox, or in the shared one of their team."""
    return message.recipient_id == who.user_id or (message.recipient_id is None and who.in_sen_team)


def open_message(work: UnitOfWork, message_id: int) -> Opened:
    """Open a message and record the first reading. Raises NotFound."""
    message = work.get(
        Message,
        message_id,
        joinedload(Message.child),
        joinedload(Message.recipient),
        joinedload(Message.sender),
    )
    for_me = is_for(message, work.me)
    if for_me and message.read_at is None:
        message.read_at, message.read_by_id = work.now, work.me.user_id
        work.record(MessageRead(child_id=message.child_id, message_id=message.id))
    elif message.child_id is not None:  # a colleague reads it too, or it is read again
        work.record(MessageRead(child_id=message.child_id, message_id=message.id))
    return Opened(
        message=message,
        child=message.child,
        form=_seen(work, Form, message.form_id),
        registration=_seen(work, Registration, message.registration_id),
        answers=_seen(work, Message, message.reply_to_id),
        may_answer=for_me and (message.sender_id is not None or not work.me.in_sen_team),
        may_mark_unread=for_me,
    )


def _seen(work: UnitOfWork, table: type[RowType], row_id: int | None) -> RowType | None:
    if row_id is None:
        return None
    try:
        return work.get(table, row_id)
    except NotFound:
        return None


def mark_unread(work: UnitOfWork, message_id: int) -> Message:
    """Mark a message as unread. Raises NotFound or Forbidden."""
    message = work.get(Message, message_id)
    if not is_for(message, work.me):
        raise Forbidden("mark_unread")
    if message.read_at is not None:
        message.read_at = message.read_by_id = None
        work.record(MessageMarkedUnread(child_id=message.child_id, message_id=message.id))
    return message


def whom_to_write_to(work: UnitOfWork, child_id: int) -> tuple[Child, list[Addressee]]:
    """Return the child, and the people the SEN team may write to about them. Raises NotFound."""
    child = work.get(Child, child_id)
    linked = people_linked(work.session, child_id)
    able = _places_to_read(work, [each.person_id for each in linked], child_id)
    return child, [each for each in linked if each.person_id in able]


def write_about_child(
    work: UnitOfWork, child_id: int, to: str, subject: str, body: str, send_key: str
) -> list[int]:
    """Write from the SEN team to one person linked to a child (`to` is their id), or to EVERYONE who is.

    EVERYONE leaves out those who could not read it. Returns the ids of the messages. Raises Forbidden, NotFound, and
    ValidationFailed also where this person could not read the message.
    """
    if not work.me.in_sen_team:
        raise Forbidden("write_about_child")
    _lock_record(work, child_id)
    linked = people_linked(work.session, child_id)
    by_number = {str(each.person_id): each.person_id for each in linked}
    asked = set(by_number.values()) if to == EVERYONE else {by_number[to]} if to in by_number else set()
    able = _places_to_read(work, asked, child_id)
    chosen = asked & able.keys()
    faults = [
        *_no_addressee(chosen, linked, asked),
        *_what_is_wrong(subject, body, ask_subject=N_("Enter a subject")),
    ]
    if faults:
        raise ValidationFailed(*faults)
    places = {
        each.person_id: each.organisation_id if each.organisation_id in able[each.person_id] else None
        for each in linked
        if each.person_id in chosen
    }
    return _send(work, chosen - {work.me.user_id}, subject, body, send_key, child_id=child_id, places=places)


def write_to_team(
    work: UnitOfWork, subject: str, body: str, send_key: str, child_id: int | None = None
) -> list[int]:
    """Write to the SEN team, about a child or about something else.

    Returns the id of the message. Raises NotFound or ValidationFailed.
    """
    if child_id is not None:
        _lock_record(work, child_id)
    if faults := _what_is_wrong(subject, body, ask_subject=N_("Enter a subject")):
        raise ValidationFailed(*faults)
    return _send(work, {None}, subject, body, send_key, child_id=child_id)


def answer(work: UnitOfWork, message_id: int, body: str, send_key: str) -> list[int]:
    """Answer a message: to the SEN team, or from the SEN team to its author.

    Returns the id of the message. Raises NotFound, Forbidden, and ValidationFailed also where its author could not read
    the answer.
    """
    message = work.get(Message, message_id)
    if not is_for(message, work.me) or (work.me.in_sen_team and message.sender_id is None):
        raise Forbidden("answer")
    if faults := _what_is_wrong(message.subject, body, ask_subject=""):
        raise ValidationFailed(*faults)
    to = message.sender_id if work.me.in_sen_team else None
    if to is not None:
        hold_account(work.session, to)  # the author does not leave an organisation or a child at this moment
    if message.child_id is not None:
        _lock_record(work, message.child_id)
    subject = message.subject if message.subject.startswith("Re: ") else f"Re: {message.subject}"
    return _send(
        work,
        {to},
        subject[:LONGEST_SUBJECT],
        body,
        send_key,
        child_id=message.child_id,
        reply_to_id=message.id,
        places=None if to is None else {to: _place_to_answer(work, message, to)},
    )


def _place_to_answer(work: UnitOfWork, message: Message, author: int) -> int | None:
    """Return the organisation that an answer is for: that of the message while its author can act for it, else None.

    Raises ValidationFailed when the author can no longer read an answer, because the account is closed or they see
    the child no more.
    """
    places = _places_to_read(work, {author}, message.child_id).get(author)
    if not places:
        text = N_("This person can no longer read your answer in the portal. Contact them in another way")
        raise ValidationFailed(FieldError("body", Wording(text)))
    return message.sender_organisation_id if message.sender_organisation_id in places else None


def _places_to_read(
    work: UnitOfWork, people: Collection[int], child_id: int | None
) -> dict[int, set[int | None]]:
    """Return the people who can read a message about the child, or about none, and for which organisations.

    A person reads for the organisation they act for, and for each that has confirmed them.
    """
    connection = work.session.connection()
    able = [
        each
        for reader in readers(connection, people).values()
        for each in reader.principals
        if each.is_confirmed or each is reader.principal
    ]
    if child_id is not None:
        seen = who_may_see(connection, able, None, child_id)
        able = [each for each in able if (each.user_id, each.organisation_id) in seen]
    found: dict[int, set[int | None]] = {}
    for each in able:
        found.setdefault(each.user_id, set()).add(each.organisation_id)
    return found


def _lock_record(work: UnitOfWork, child_id: int) -> None:
    """Lock the child's record, so that it is not merged before the message is written. Raises NotFound."""
    if work.session.scalars(child_shared(child_id)).one_or_none() is None:
        raise NotFound("Child")


def _no_addressee(
    chosen: Collection[int], linked: Collection[Addressee], asked: Collection[int]
) -> list[FieldError]:
    """Return why no one gets the message: no one of those asked for can read it, or no one was asked for."""
    if chosen:
        return []
    if not linked:
        text = N_("No one with an account is linked to this child yet, so you cannot send a message")
    elif not asked:
        text = N_("Select who to write to")
    elif len(asked) == 1:
        text = N_("This person cannot read your message in the portal. Contact them in another way")
    else:
        text = N_("These people cannot read your message in the portal. Contact them in another way")
    return [FieldError("to", Wording(text))]


def _what_is_wrong(subject: str, body: str, *, ask_subject: str) -> list[FieldError]:
    faults = []
    if not subject.strip():
        faults.append(FieldError("subject", Wording(ask_subject)))
    elif len(subject) > LONGEST_SUBJECT:
        faults.append(
            FieldError(
                "subject", Wording(N_("Subject must be %(most)s characters or fewer"), most=LONGEST_SUBJECT)
            )
        )
    if not body.strip():
        faults.append(FieldError("body", Wording(N_("Enter your message"))))
    elif len(clean_lines(body)) > LONGEST_BODY:
        faults.append(
            FieldError(
                "body", Wording(N_("Your message must be %(most)s characters or fewer"), most=LONGEST_BODY)
            )
        )
    return faults or [
        *character_faults("subject", clean_line(subject)),
        *character_faults("body", clean_lines(body)),
    ]


def _send(
    work: UnitOfWork,
    to: Collection[int | None],
    subject: str,
    body: str,
    send_key: str,
    child_id: int | None = None,
    reply_to_id: int | None = None,
    places: Mapping[int, int | None] | None = None,
) -> list[int]:
    """Write one message to each inbox, and return their ids.

    The same `send_key` again from the same person is a repeated request and writes nothing.
    """
    me = work.me
    mark = f"written:{me.user_id}:{send_key[:64] or uuid.uuid4().hex}"
    sender = sender_name(work.session.connection(), work.context.notification_service.settings, me)
    rows: list[dict[str, Any]] = [
        {
            "created_at": work.now,
            "recipient_id": person,
            "organisation_id": (places or {}).get(person or 0),
            "sender_id": me.user_id,
            "sender_organisation_id": me.organisation_id if me.has(Role.professional) else None,
            "sender_name": sender,
            "from_team": me.in_sen_team,
            "subject": clean_line(subject),
            "body": clean_lines(body),
            "facts": {},
            "child_id": child_id,
            "reply_to_id": reply_to_id,
            "event_key": f"{mark}:{person or 'team'}",
        }
        for person in to
    ]
    insert = sqlite.insert if work.context.database.is_sqlite else postgresql.insert
    statement = insert(Message).values(rows).on_conflict_do_nothing(index_elements=["event_key"])
    new = list(work.session.scalars(statement.returning(Message.id)))
    if not new:
        return written_already(work.session, [row["event_key"] for row in rows])
    try:
        count_mine(work, MESSAGES)
    except TooMany as many:
        text = Wording(N_("You have written many messages in a short time. Wait an hour, then send this one"))
        raise ValidationFailed(FieldError("body", text)) from many
    work.record(MessageSent(child_id=child_id, message_ids=tuple(sorted(new))))
    return new
