"""Reminders of advice: by themselves on their days, and when an officer sends one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.cases.reminders import preview_reminders, remind, send_due_reminders
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.forms.rules.workflow import FormState
from app.models import Form, Membership, Message, OutboxMail, Reminder
from tests.cast import everything


@pytest.fixture
def advice(cast, make, clock):
    """Advice of ann that is due in ten days."""
    child = make.child(linked=(cast.ann, cast.bob))
    day = clock.today()
    return make.advice(child, cast.ann, asked_on=day - timedelta(days=32), due_on=day + timedelta(days=10))


def messages(context, form):
    with everything(context) as work:
        found = work.session.query(Message).filter(Message.letter.startswith("advice_reminder"))
        return sorted((each.letter, each.recipient_id) for each in found)


def test_the_author_is_reminded_once(cast, context, clock, advice):
    assert [send_due_reminders(context) for _hour in range(3)] == [1, 0, 0]
    assert messages(context, advice) == [("advice_reminder", cast.ann.id)]
    clock.forward(days=1)
    assert send_due_reminders(context) == 0


def test_later_the_colleagues_and_then_the_leads_are_reminded(cast, context, clock, advice):
    with everything(context) as work:
        membership = work.session.query(Membership).filter_by(person_id=cast.bob.id).one()
        membership.leads = True
    clock.forward(days=14)
    assert send_due_reminders(context) == 1
    late = "advice_reminder_late"
    assert messages(context, advice) == [(late, cast.ann.id), (late, cast.bob.id)]
    clock.forward(days=1)
    assert send_due_reminders(context) == 1


def test_a_lead_who_is_not_linked_reads_the_case_number_and_no_name(cast, context, make, clock):
    child = make.child(linked=(cast.ann,))
    case = make.case(child)
    day = clock.today()
    make.advice(child, cast.ann, asked_on=day - timedelta(days=47), due_on=day - timedelta(days=5))
    with everything(context) as work:
        work.session.query(Membership).filter_by(person_id=cast.bob.id).one().leads = True
    assert send_due_reminders(context) == 1
    with everything(context) as work:
        [message] = work.session.query(Message).filter_by(letter="advice_reminder_lead").all()
        assert (message.recipient_id, message.child_id) == (cast.bob.id, None)
        assert message.facts["case"] == case.number
        assert child.surname not in str(message.facts)


@pytest.mark.parametrize("hours", [-4, 10])
def test_no_one_is_reminded_at_night(context, clock, advice, hours):
    clock.forward(hours=hours)
    assert send_due_reminders(context) == 0


@pytest.mark.parametrize("state", [FormState.submitted, FormState.accepted, FormState.cancelled])
def test_no_one_is_reminded_of_advice_that_was_sent_or_cancelled(cast, context, advice, state):
    with everything(context) as work:
        work.get(Form, advice.id).state = state
    assert send_due_reminders(context) == 0
    with cast.olu.works() as work:
        found = preview_reminders(work, [advice.id])
        assert (len(found.reminded), len(found.not_reminded)) == (0, 1)


def test_a_new_due_date_starts_the_reminders_again(context, clock, advice):
    assert send_due_reminders(context) == 1
    with everything(context) as work:
        work.get(Form, advice.id).due_on += timedelta(days=10)
    clock.forward(days=10)
    assert send_due_reminders(context) == 1


def test_an_officer_reminds_once_a_day(cast, context, advice):
    for sent in (1, 0):
        with cast.olu.works() as work:
            found = remind(work, [advice.id])
            assert len(found.reminded) == sent
    assert messages(context, advice) == [("advice_reminder", cast.ann.id), ("advice_reminder", cast.bob.id)]
    assert send_due_reminders(context) == 0


@pytest.mark.parametrize("actor", ["ann", "pat", "ines"])
def test_only_the_sen_team_reminds(cast, advice, actor):
    with pytest.raises((Forbidden, NotFound)), getattr(cast, actor).works() as work:
        remind(work, [advice.id])


def test_nothing_chosen_is_an_error(cast):
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        remind(work, [])


def test_the_mail_says_nothing_about_the_child(context, advice):
    send_due_reminders(context)
    with everything(context) as work:
        assert work.session.query(OutboxMail).count() == 1


def test_two_workers_send_one_reminder(context, advice):
    with ThreadPoolExecutor(2) as both:
        sent = sum(both.map(lambda _worker: send_due_reminders(context), range(2)))
    assert sent == 1
    with everything(context) as work:
        assert work.session.query(Reminder).count() == 1
