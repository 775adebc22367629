"""Notifications: who gets which, and that no one is notified of anything their own row filter does not show."""

import pytest
import sqlalchemy as sa

from app.accounts.events import AccountCooledDown, PasswordChanged, SecondStepChanged
from app.accounts.registration_events import RegistrationWaiting
from app.cases.events import ChildLinked, ColleagueBroughtIn
from app.children.events import PossibleDuplicateFound
from app.core.events import Event
from app.core.mail.texts import MAILS
from app.core.notifications import NOTIFICATIONS, MailTemplate, MessageTemplate, message_templates
from app.core.unit_of_work import AppContext, unit_of_work
from app.forms.events import (
    AdviceAcceptanceUndone,
    AdviceAccepted,
    AdviceAsked,
    AdviceCancelled,
    AdviceReturned,
    AdviceSubmitted,
    ConsentRecorded,
    ConsentWithdrawn,
    FormShared,
    InformationAcceptanceUndone,
    InformationAccepted,
    InformationAsked,
    InformationCancelled,
    InformationReturned,
    InformationSubmitted,
    RequestAcceptanceUndone,
    RequestAccepted,
    RequestReturned,
    RequestSubmitted,
)
from app.forms.rules.workflow import FormState
from app.models import Message
from tests.cast import Actor, Cast
from tests.mailbox import text_of
from tests.make import Maker

BOX = Message.__table__


def abstract(event: type[Event]) -> bool:
    """Only a shape that others share."""
    return any(issubclass(other, event) and other is not event for other in every_class())


def every_class() -> list[type[Event]]:
    """Every class of event that an area defines."""
    found, left = [], [Event]
    while left:
        new = left.pop().__subclasses__()
        found += new
        left += new
    return list(dict.fromkeys(found))


EVENTS = sorted((each for each in every_class() if not abstract(each)), key=lambda each: each.__name__)


def notified(context: AppContext) -> dict[int | None, list[str]]:
    """The letters in each inbox."""
    found: dict[int | None, list[str]] = {}
    with context.database.engine.connect() as connection:
        for row in connection.execute(sa.select(BOX).order_by(BOX.c.id)).mappings():
            found.setdefault(row["recipient_id"], []).append(row["letter"])
    return found


def happens(actor: Actor, *events: Event) -> None:
    """These events happen, by this person."""
    with actor.works() as work:
        for event in events:
            work.record(event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_everything_that_can_happen_has_its_letters_or_says_that_it_has_none(event):
    assert event in NOTIFICATIONS, (
        f"say in app/messages/notifications.py who is notified of {event.__name__}, or AUDIT_ONLY"
    )


def test_no_letter_speaks_of_what_cannot_happen():
    assert set(NOTIFICATIONS) == set(EVENTS)


def test_letters_have_names_of_their_own_and_notices_have_words():
    letters = [
        each for notified in NOTIFICATIONS.values() for each in notified if isinstance(each, MessageTemplate)
    ]
    notices = [
        each for notified in NOTIFICATIONS.values() for each in notified if isinstance(each, MailTemplate)
    ]

    assert len(message_templates()) == len(letters)
    assert {each.mail for each in notices} <= set(MAILS)


@pytest.mark.parametrize("letter", message_templates().values(), ids=lambda letter: letter.name)
def test_a_subject_names_no_child(letter):
    assert "%(" not in letter.subject
    counted = dict.fromkeys(
        ("children", "with_colleagues", "forms", "colleagues", "invitations", "cases"), "2"
    )
    known = {"child": "Amina", "form": "Advice", "by": "Ann", "person": "Ann", "organisation": "A team"}
    known |= {"officer": "Olu", "case": "26-00417"}
    letter.text % (known | counted)


# --- who is notified ------------------------------------------------------------------------------


def test_a_person_who_is_linked_is_notified(context, cast, make):
    child = make.child()
    link = make.link(child, cast.ann)

    happens(cast.olu, ChildLinked(child_id=child.id, link_id=link.id))

    assert notified(context) == {cast.ann.id: ["child_linked"]}


def test_everyone_in_the_organisation_is_notified_of_its_queue(context, cast, make):
    child = make.child()
    link = make.queue(child, cast.hana)

    happens(cast.olu, ChildLinked(child_id=child.id, link_id=link.id))

    assert notified(context) == {cast.hana.id: ["child_linked"], cast.idris.id: ["child_linked"]}


def test_no_one_is_notified_of_their_own_action(context, cast, make):
    child = make.child()
    link = make.link(child, cast.sana)

    happens(cast.sana, ChildLinked(child_id=child.id, link_id=link.id))

    assert notified(context) == {}


def test_a_colleague_brought_in_is_notified(context, cast, make):
    child = make.child(linked=(cast.sana,))
    link = make.link(child, cast.tom)

    happens(cast.sana, ColleagueBroughtIn(child_id=child.id, link_id=link.id))

    assert notified(context) == {cast.tom.id: ["colleague_brought_in"]}


TO_THE_TEAM = [
    (RequestSubmitted, "request_submitted"),
    (AdviceSubmitted, "advice_submitted"),
    (InformationSubmitted, "information_submitted"),
    (ConsentRecorded, "consent_recorded"),
    (ConsentWithdrawn, "consent_withdrawn"),
]


@pytest.mark.parametrize(("event", "letter"), TO_THE_TEAM, ids=lambda held: getattr(held, "__name__", ""))
def test_the_team_is_notified_in_its_shared_inbox(context, cast, make, event, letter):
    child = make.child(linked=(cast.sana,))
    form = make.request(child, cast.sana)

    happens(cast.sana, event(child_id=child.id, form_id=form.id))

    assert notified(context) == {None: [letter]}


TO_THE_AUTHORS = [
    (RequestReturned, "request_returned"),
    (RequestAccepted, "request_accepted"),
    (RequestAcceptanceUndone, "request_acceptance_undone"),
    (AdviceAcceptanceUndone, "advice_acceptance_undone"),
    (InformationAcceptanceUndone, "information_acceptance_undone"),
    (InformationAsked, "information_asked"),
    (InformationReturned, "information_returned"),
    (InformationAccepted, "information_accepted"),
    (InformationCancelled, "information_cancelled"),
    (AdviceReturned, "advice_returned"),
    (AdviceAccepted, "advice_accepted"),
    (AdviceCancelled, "advice_cancelled"),
    (AdviceAsked, "advice_asked"),
]


@pytest.mark.parametrize(("event", "letter"), TO_THE_AUTHORS, ids=lambda held: getattr(held, "__name__", ""))
def test_the_author_and_linked_colleagues_are_notified_and_no_one_else(context, cast, make, event, letter):
    child = make.child(linked=(cast.sana, cast.tom, cast.ann, cast.pat))
    form = make.request(child, cast.sana, state=FormState.submitted)

    happens(cast.olu, event(child_id=child.id, form_id=form.id))

    assert notified(context) == {cast.sana.id: [letter], cast.tom.id: [letter]}


def test_advice_asked_of_an_organisation_notifies_all_of_it(context, cast, make):
    child = make.child()
    make.queue(child, cast.hana)
    form = make.advice(child, cast.hana, author_id=None)

    happens(cast.olu, AdviceAsked(child_id=child.id, form_id=form.id))

    assert notified(context) == {cast.hana.id: ["advice_asked"], cast.idris.id: ["advice_asked"]}


def test_sharing_notifies_those_who_can_now_read_and_not_the_authors(context, cast, make):
    child = make.child(linked=(cast.sana, cast.tom, cast.ann, cast.pat))
    form = make.advice(child, cast.ann, state=FormState.accepted)
    make.share(form)

    happens(cast.olu, FormShared(child_id=child.id, form_id=form.id, shared_with=("professionals",)))

    assert notified(context) == {cast.sana.id: ["form_shared"], cast.tom.id: ["form_shared"]}


def test_the_row_filter_decides_who_is_notified(context, cast, make):
    """The event says that parents may read it, yet the form does not: no parent hears of it."""
    child = make.child(linked=(cast.ann, cast.pat))
    form = make.advice(child, cast.ann, state=FormState.accepted)

    links = {"shared_with": ("parents",), "new_links": (make.link(child, cast.quinn).id,)}
    happens(cast.olu, FormShared(child_id=child.id, form_id=form.id, **links))

    assert notified(context) == {}


def test_a_person_no_longer_linked_is_not_notified(context, cast, make, clock):
    child = make.child(linked=(cast.tom,))
    make.link(child, cast.sana, ended_at=clock.now())
    form = make.request(child, cast.sana, state=FormState.submitted)

    happens(cast.olu, RequestReturned(child_id=child.id, form_id=form.id))

    assert notified(context) == {cast.tom.id: ["request_returned"]}


def test_a_possible_duplicate_notifies_the_team_only_and_the_person_adding_cannot_see_it(context, cast, make):
    child, other = make.child(linked=(cast.sana,)), make.child()

    happens(cast.sana, PossibleDuplicateFound(child_id=child.id, of_child_id=other.id))

    assert notified(context) == {None: ["possible_duplicate"]}
    with cast.sana.works() as work:
        assert work.session.scalars(sa.select(Message)).all() == []
    with cast.olu.works() as work:
        assert len(work.session.scalars(sa.select(Message)).all()) == 1


def test_a_waiting_registration_notifies_the_team(context):
    with unit_of_work(context, None) as work:
        work.record(RegistrationWaiting(registration_id=5))

    assert notified(context) == {None: ["registration_waiting"]}


# --- mail -----------------------------------------------------------------------------------------


def test_a_message_is_mailed_without_a_word_about_the_child(
    context: AppContext, cast: Cast, make: Maker, mailbox
):
    child = make.child(forenames="Canaryforename", surname="Canarysurname")
    link = make.link(child, cast.ann)

    happens(cast.olu, ChildLinked(child_id=child.id, link_id=link.id))

    (mail,) = mailbox.to(cast.ann.email)
    everything = mail.as_string() + text_of(mail)
    assert mail["Subject"] == "You have a new message in the SEND Portal"
    for secret in ("Canary", "CC", "14 March", "2017", "03"):
        assert secret not in text_of(mail) + mail["Subject"], secret
    assert "Canary" not in everything


def test_one_mail_a_person_however_much_happened_at_once(context, cast, make, mailbox):
    child = make.child()
    link = make.link(child, cast.ann)
    form = make.advice(child, cast.ann)

    happens(
        cast.olu,
        ChildLinked(child_id=child.id, link_id=link.id),
        AdviceAsked(child_id=child.id, form_id=form.id),
    )

    assert notified(context) == {cast.ann.id: ["child_linked", "advice_asked"]}
    assert len(mailbox.to(cast.ann.email)) == 1


def test_the_team_s_own_address_gets_one_mail(context, cast, make, mailbox):
    child = make.child(linked=(cast.sana,))
    form = make.request(child, cast.sana)

    happens(cast.sana, RequestSubmitted(child_id=child.id, form_id=form.id))

    (mail,) = mailbox.all()
    assert mail["To"] == context.notification_service.settings.council.sen_email


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (PasswordChanged, "Your SEND Portal password was changed"),
        (SecondStepChanged, "The second step of your SEND Portal log-in was changed"),
        (AccountCooledDown, "Your SEND Portal account is locked for a short time"),
    ],
    ids=lambda held: getattr(held, "__name__", ""),
)
def test_the_owner_of_an_account_is_notified_of_what_happened_to_it(context, cast, mailbox, event, subject):
    with unit_of_work(context, None) as work:
        work.record(event(person_id=cast.ann.id))

    (mail,) = mailbox.all()
    assert (mail["To"], mail["Subject"]) == (cast.ann.email, subject)
    assert notified(context) == {}


def test_mail_is_written_in_the_language_the_reader_chose(context, cast, make):
    from app.models import OutboxMail, Person
    from tests.cast import everything

    with everything(context) as work:
        work.get(Person, cast.ann.id).locale = "pl"
    child = make.child()
    link = make.link(child, cast.ann)

    happens(cast.olu, ChildLinked(child_id=child.id, link_id=link.id))

    with context.database.engine.connect() as connection:
        assert connection.execute(sa.select(OutboxMail.__table__.c.locale)).scalars().all() == ["pl"]


def test_a_person_whose_account_is_closed_is_not_notified(context, cast, make):
    from app.models import Person
    from tests.cast import everything

    with everything(context) as work:
        work.get(Person, cast.ann.id).active = False
    child = make.child()
    link = make.link(child, cast.ann)

    happens(cast.olu, ChildLinked(child_id=child.id, link_id=link.id))

    assert notified(context) == {}
