"""Write messages and mail for events. Templates name the recipients; only those who may see the row are notified."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.queries.people import Reader, organisation_of, readers
from app.core.devices import device_name
from app.core.events import Event, PersonEvent
from app.core.mail.outbox import ToSend, queue_mail, queue_mails
from app.core.mail.texts import MAILS
from app.core.notifications import NOTIFICATIONS, MailTemplate, MessageTemplate
from app.core.origin import Origin
from app.core.roles import Principal, Role
from app.core.try_limits import COOL_DOWN
from app.forms.queries.recipients import FormFacts, form_facts, link_facts, who_may_see
from app.messages.events import MessageSent
from app.messages.queries.messages import message_recipients
from app.messages.tables import Message
from app.organisations.queries.organisations import organisation_name

_message = Message.__table__


class DispatchSettings(Protocol):
    """The settings that messages show."""

    @property
    def council(self) -> Any:
        """The council's name and contacts (config.Council)."""
        ...


@dataclass
class _Dispatch:
    """The notifications of one use case, so that each person gets one mail for all its events."""

    session: Session
    connection: Connection
    settings: DispatchSettings
    who: Principal | None
    now: datetime
    origin: Origin
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    mailed: dict[int | None, int] = field(default_factory=dict)
    notices: list[int] = field(default_factory=list)
    _sender: str | None = None

    @property
    def sender(self) -> str:
        """The name shown for the person who acted."""
        if self._sender is None:
            self._sender = sender_name(self.connection, self.settings, self.who)
        return self._sender


def sender_name(connection: Connection, settings: DispatchSettings, who: Principal | None) -> str:
    """Return a person's name and organisation; for the SEN team its shared name."""
    if who is None:
        return str(settings.council.service_name)
    if who.in_sen_team:
        return str(settings.council.sen_team_name)
    if who.organisation_id is None:
        return who.name
    return f"{who.name}, {organisation_name(connection, who.organisation_id)}"


def dispatch_notifications(
    session: Session,
    settings: DispatchSettings,
    events: Sequence[Event],
    who: Principal | None,
    now: datetime,
    origin: Origin,
) -> list[int]:
    """Write the messages and mails for these events, and return the ids of the mails."""
    dispatch = _Dispatch(session, session.connection(), settings, who, now, origin)
    for event in events:
        if isinstance(event, MessageSent):
            _mail_written(dispatch, event)
        for each in NOTIFICATIONS[type(event)]:
            if isinstance(each, MessageTemplate):
                _put_in_inboxes(dispatch, event, each)
            else:
                _notify_owner(dispatch, event, each)
    return [*dispatch.mailed.values(), *dispatch.notices]


def _put_in_inboxes(dispatch: _Dispatch, event: Event, letter: MessageTemplate) -> None:
    named = letter.who(dispatch.connection, event)
    form_id: int | None = None if letter.of_child else getattr(event, "form_id", None)
    form = form_facts(dispatch.connection, form_id) if form_id is not None else None
    child_id = event.child_id if event.child_id is not None else form.child_id if form else None
    place = _organisation_of(dispatch, event, form)
    recipients, places = _recipients(dispatch, named, form_id, child_id, place, everyone=letter.of_account)
    if isinstance(event, PersonEvent):
        places.pop(
            event.person_id, None
        )  # what is about a person's own account is for each of their organisations
    if not recipients:
        return
    common = {
        "created_at": dispatch.now,
        "sender_id": None,
        "sender_name": dispatch.sender,
        "subject": letter.subject,
        "body": "",
        "letter": letter.name,
        "facts": _facts(dispatch, letter, form)
        | (letter.facts(dispatch.connection, event) if letter.facts else {}),
        "child_id": child_id,
        "form_id": form_id,
        "registration_id": getattr(event, "registration_id", None),
    }
    mark = uuid.uuid4().hex
    rows = [
        common
        | {
            "recipient_id": person,
            "organisation_id": places.get(person),
            "event_key": f"{mark}:{person or 'team'}",
        }
        for person in recipients
    ]
    insert = postgresql.insert if dispatch.connection.dialect.name == "postgresql" else sqlite.insert
    dispatch.connection.execute(insert(_message).on_conflict_do_nothing(index_elements=["event_key"]), rows)
    _mail(dispatch, recipients)


def _facts(dispatch: _Dispatch, letter: MessageTemplate, form: FormFacts | None) -> dict[str, str]:
    facts: dict[str, str] = {}
    if "%(form)s" in letter.text and form is not None:
        facts["form"] = form.title
    if "%(by)s" in letter.text:
        facts["by"] = dispatch.sender
    return facts


def _recipients(
    dispatch: _Dispatch,
    named: set[int | None],
    form_id: int | None,
    child_id: int | None,
    place: int | None,
    *,
    everyone: bool = False,
) -> tuple[Mapping[int | None, Reader | None], dict[int | None, int]]:
    """Return the recipients who may see the row, without the person who acted, and for which organisation each gets it.

    None is the SEN team's inbox. A professional who may see the row for several organisations gets it for `place`, the
    organisation that the event is about, or else for the one they act for.
    """
    actor = dispatch.who.user_id if dispatch.who else None
    people = {person for person in named if person is not None and person != actor}
    team: dict[int | None, Reader | None] = {None: None} if None in named else {}
    known = readers(dispatch.connection, people)
    principals = [one for each in known.values() for one in each.principals]
    may_see = set() if everyone else who_may_see(dispatch.connection, principals, form_id, child_id)
    places: dict[int | None, int] = {}
    for person, reader in list(known.items()):
        found = [
            one.organisation_id
            for one in reader.principals
            if everyone or (person, one.organisation_id) in may_see
        ]
        if not found:
            del known[person]
        elif reader.principal.has(Role.professional) and (not everyone or place in found):
            organisation_id = place if place in found else found[0]
            places.update({} if organisation_id is None else {person: organisation_id})
    return team | known, places


def _organisation_of(dispatch: _Dispatch, event: Event, form: FormFacts | None) -> int | None:
    """Return the organisation that an event is about, or None."""
    if form is not None and form.organisation_id is not None:
        return form.organisation_id
    if (link_id := getattr(event, "link_id", None)) is not None:
        return link_facts(dispatch.connection, link_id).organisation_id
    if (membership_id := getattr(event, "membership_id", None)) is not None:
        return organisation_of(dispatch.connection, membership_id)
    place: int | None = getattr(event, "organisation_id", None)
    return place


def _mail_written(dispatch: _Dispatch, event: MessageSent) -> None:
    """Mail the recipients of a written message that there is something to read."""
    inboxes = message_recipients(dispatch.connection, event.message_ids)
    known = readers(dispatch.connection, {person for person in inboxes if person is not None})
    recipients: dict[int | None, Reader | None] = {None: None} if None in inboxes else {}
    recipients.update(known.items())
    _mail(dispatch, recipients)


def _mail(dispatch: _Dispatch, recipients: Mapping[int | None, Reader | None]) -> None:
    new = {person: reader for person, reader in recipients.items() if person not in dispatch.mailed}
    numbers = queue_mails(dispatch.session, [_new_message_mail(dispatch, *each) for each in new.items()])
    dispatch.mailed |= dict(zip(new, numbers, strict=True))


def _new_message_mail(dispatch: _Dispatch, person: int | None, reader: Reader | None) -> ToSend:
    return ToSend(
        letter="new_message" if reader else "new_message_team",
        to=reader.email if reader else dispatch.settings.council.sen_email,
        facts={},
        dedupe_key=f"{dispatch.mark}:{person or 'team'}",
        person_id=person,
        locale=reader.locale if reader else "en",
    )


def _notify_owner(dispatch: _Dispatch, event: Event, notice: MailTemplate) -> None:
    """Mail the account's owner about their account. Raises TypeError for an event about no account."""
    if not isinstance(event, PersonEvent):
        raise TypeError(f"{event.name} is about no account")
    owner = readers(dispatch.connection, {event.person_id}).get(event.person_id)
    if owner is None:
        return
    known = {"device": device_name(dispatch.origin.device), "minutes": int(COOL_DOWN.total_seconds() // 60)}
    dispatch.notices.append(
        queue_mail(
            dispatch.session,
            letter=notice.mail,
            to=owner.email,
            facts={name: known[name] for name in MAILS[notice.mail]},
            dedupe_key=f"{uuid.uuid4().hex}:{notice.mail}",
            person_id=event.person_id,
            locale=owner.locale,
        )
    )
