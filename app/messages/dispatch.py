"""Makes messages and mail of what happened: the letters say who is meant, the row filter says who may know."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.queries.people import Reader, readers
from app.core.devices import device_name
from app.core.events import Event, PersonEvent
from app.core.mail.outbox import ToSend, queue_mail, queue_mails
from app.core.mail.texts import MAILS
from app.core.notifications import NOTIFICATIONS, MailTemplate, MessageTemplate
from app.core.origin import Origin
from app.core.roles import Principal
from app.core.try_limits import COOL_DOWN
from app.forms.queries.recipients import FormFacts, form_facts, who_may_see
from app.messages.events import MessageSent
from app.messages.queries.messages import message_recipients
from app.messages.tables import Message
from app.organisations.queries.organisations import organisation_name

_message = Message.__table__


class TellingSettings(Protocol):
    """What letters say of the council."""

    @property
    def council(self) -> Any: ...


@dataclass
class _Round:
    """One piece of work's letters, so that each person gets one mail however much it told."""

    session: Session
    connection: Connection
    settings: TellingSettings
    who: Principal | None
    now: datetime
    origin: Origin
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    mailed: dict[int | None, int] = field(default_factory=dict)
    notices: list[int] = field(default_factory=list)
    _sender: str | None = None

    @property
    def sender(self) -> str:
        """How the one who did it is shown."""
        if self._sender is None:
            self._sender = sender_name(self.connection, self.settings, self.who)
        return self._sender


def sender_name(connection: Connection, settings: TellingSettings, who: Principal | None) -> str:
    """A person's name and organisation; the SEN team speaks with one voice."""
    if who is None:
        return str(settings.council.service_name)
    if who.in_sen_team:
        return str(settings.council.sen_team_name)
    if who.organisation_id is None:
        return who.name
    return f"{who.name}, {organisation_name(connection, who.organisation_id)}"


def dispatch_notifications(
    session: Session,
    settings: TellingSettings,
    told: Sequence[Event],
    who: Principal | None,
    now: datetime,
    origin: Origin,
) -> list[int]:
    """Write the messages and mails these events call for; gives the numbers of the mails."""
    post = _Round(session, session.connection(), settings, who, now, origin)
    for event in told:
        if isinstance(event, MessageSent):
            _mail_written(post, event)
        for each in NOTIFICATIONS[type(event)]:
            if isinstance(each, MessageTemplate):
                _put_in_inboxes(post, event, each)
            else:
                _notify_owner(post, event, each)
    return [*post.mailed.values(), *post.notices]


def _put_in_inboxes(post: _Round, event: Event, letter: MessageTemplate) -> None:
    meant = letter.who(post.connection, event)
    form_id: int | None = None if letter.of_child else getattr(event, "form_id", None)
    form = form_facts(post.connection, form_id) if form_id is not None else None
    child_id = event.child_id if event.child_id is not None else form.child_id if form else None
    told = _those_who_may_know(post, meant, form_id, child_id, everyone=letter.of_account)
    if not told:
        return
    common = {
        "created_at": post.now,
        "sender_id": None,
        "sender_name": post.sender,
        "subject": letter.subject,
        "body": "",
        "letter": letter.name,
        "facts": _facts(post, letter, form) | (letter.facts(post.connection, event) if letter.facts else {}),
        "child_id": child_id,
        "form_id": form_id,
        "registration_id": getattr(event, "registration_id", None),
    }
    mark = uuid.uuid4().hex
    rows = [common | {"recipient_id": person, "event_key": f"{mark}:{person or 'team'}"} for person in told]
    insert = postgresql.insert if post.connection.dialect.name == "postgresql" else sqlite.insert
    post.connection.execute(insert(_message).on_conflict_do_nothing(index_elements=["event_key"]), rows)
    _mail(post, told)


def _facts(post: _Round, letter: MessageTemplate, form: FormFacts | None) -> dict[str, str]:
    facts: dict[str, str] = {}
    if "%(form)s" in letter.text and form is not None:
        facts["form"] = form.title
    if "%(by)s" in letter.text:
        facts["by"] = post.sender
    return facts


def _those_who_may_know(
    post: _Round, meant: set[int | None], form_id: int | None, child_id: int | None, *, everyone: bool = False
) -> Mapping[int | None, Reader | None]:
    """Of those meant: the SEN team's inbox, and everybody else whose row filter shows the record; never the person who acted."""
    doer = post.who.user_id if post.who else None
    people = {person for person in meant if person is not None and person != doer}
    told: dict[int | None, Reader | None] = {None: None} if None in meant else {}
    known = readers(post.connection, people)
    principals = [each.principal for each in known.values()]
    allowed = set(known) if everyone else who_may_see(post.connection, principals, form_id, child_id)
    return told | {person: reader for person, reader in known.items() if person in allowed}


def _mail_written(post: _Round, event: MessageSent) -> None:
    """Somebody wrote: whoever has it in their inbox hears that there is something to read."""
    meant = message_recipients(post.connection, event.message_ids)
    known = readers(post.connection, {person for person in meant if person is not None})
    told: dict[int | None, Reader | None] = {None: None} if None in meant else {}
    for person, reader in known.items():
        told[person] = reader
    _mail(post, told)


def _mail(post: _Round, told: Mapping[int | None, Reader | None]) -> None:
    new = {person: reader for person, reader in told.items() if person not in post.mailed}
    numbers = queue_mails(post.session, [_that_something_waits(post, *each) for each in new.items()])
    post.mailed |= dict(zip(new, numbers, strict=True))


def _that_something_waits(post: _Round, person: int | None, reader: Reader | None) -> ToSend:
    return ToSend(
        letter="new_message" if reader else "new_message_team",
        to=reader.email if reader else post.settings.council.sen_email,
        facts={},
        dedupe_key=f"{post.mark}:{person or 'team'}",
        person_id=person,
        locale=reader.locale if reader else "en",
    )


def _notify_owner(post: _Round, event: Event, notice: MailTemplate) -> None:
    """Tell the account's owner about their account."""
    if not isinstance(event, PersonEvent):
        raise TypeError(f"{event.name} is about no account")
    owner = readers(post.connection, {event.person_id}).get(event.person_id)
    if owner is None:
        return
    known = {"device": device_name(post.origin.device), "minutes": int(COOL_DOWN.total_seconds() // 60)}
    post.notices.append(
        queue_mail(
            post.session,
            letter=notice.mail,
            to=owner.email,
            facts={name: known[name] for name in MAILS[notice.mail]},
            dedupe_key=f"{uuid.uuid4().hex}:{notice.mail}",
            person_id=event.person_id,
            locale=owner.locale,
        )
    )
