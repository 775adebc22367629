"""What outlives a membership and what does not: addresses, answers, refusals, and what was sent while it lasted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import account_details, accounts, acting_for, change_email, membership
from app.cases.queries.child_page import forms_about
from app.core.clock import FixedClock
from app.core.errors import Forbidden, ValidationFailed
from app.core.unit_of_work import AppContext, UnitOfWork
from app.forms.rules.workflow import FormState
from app.messages import messages
from app.models import (
    AuditRow,
    EmailChange,
    Form,
    LogInSession,
    Membership,
    Message,
    OutboxMail,
    Person,
    WorkDomain,
)
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything
from tests.filled_forms import fill_in, send
from tests.mailbox import Mailbox, text_of
from tests.make import Maker
from tests.security.test_memberships import asks_to_join, letters_to, place_of
from tests.security.test_two_at_once import Deed, at_once

DOMAIN, NEW = "second.sch.uk", "rhys@second.sch.uk"


@pytest.fixture
def second(context: AppContext, make: Maker) -> int:
    """A second organisation with a work domain of its own."""
    number = int(make.organisation().id)
    with everything(context) as work:
        work.add(WorkDomain(domain=DOMAIN, organisation_id=number))
    return number


def leaves(work: UnitOfWork, number: int) -> None:
    acting_for.leave(work, number)


def ends(work: UnitOfWork, number: int) -> None:
    membership.end(work, number)


def asks(app: Flask, actor: Actor, email: str = NEW) -> int:
    return int(post_with_token(actor.browser(), app, "/account/email/", {"email": email}).status_code)


def change_of(context: AppContext, actor: Actor) -> EmailChange:
    with everything(context) as work:
        mine = select(EmailChange).where(EmailChange.person_id == actor.id).order_by(EmailChange.id.desc())
        return work.session.scalars(mine.limit(1)).one()


def address_of(context: AppContext, actor: Actor) -> str:
    with everything(context) as work:
        return str(work.get(Person, actor.id).email)


def no_longer_at(cast: Cast, number: int, how: str) -> None:
    """Rhys leaves the organisation, or the SEN team ends it for him."""
    actor, deed = (cast.rhys, leaves) if how == "leave" else (cast.olu, ends)
    with actor.works() as work:
        deed(work, number)


def is_notified(mailbox: Mailbox, actor: Actor) -> bool:
    """A mail to the address that stays says that the change has ended."""
    texts = [" ".join(text_of(mail).split()) for mail in mailbox.to(actor.email)]
    return sum("one of an organisation that you work for now" in text for text in texts) == 1


# --- a new address --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["leave", "end"])
def test_A3_a_change_of_address_ends_with_the_membership_that_allowed_it(
    app: Flask, context: AppContext, cast: Cast, second: int, mailbox: Mailbox, how: str
) -> None:
    number = cast.rhys.joins(second)
    assert asks(app, cast.rhys) == 302
    no_longer_at(cast, number, how)
    assert change_of(context, cast.rhys).cancelled_at is not None
    assert is_notified(mailbox, cast.rhys)


def test_A3_a_change_to_an_address_of_the_other_organisation_goes_on(
    app: Flask, context: AppContext, cast: Cast, second: int
) -> None:
    """The page for leaving asks for it."""
    cast.rhys.joins(second)
    assert asks(app, cast.rhys) == 302
    with cast.rhys.works() as work:
        acting_for.leave(work, cast.rhys.membership_id)
    assert change_of(context, cast.rhys).cancelled_at is None


def without_domain(context: AppContext) -> None:
    with everything(context) as work:
        found = select(WorkDomain).where(WorkDomain.domain == DOMAIN)
        work.session.delete(work.session.scalars(found).one())


@pytest.mark.parametrize("confirmed", [False, True])
def test_A3_a_change_whose_domain_was_deleted_is_not_confirmed_and_takes_no_effect(
    app: Flask,
    context: AppContext,
    cast: Cast,
    second: int,
    mailbox: Mailbox,
    clock: FixedClock,
    confirmed: bool,
) -> None:
    cast.rhys.joins(second)
    assert asks(app, cast.rhys) == 302
    link = mailbox.link(NEW)
    if confirmed:
        assert post_with_token(cast.anonymous(), app, link, {}).status_code == 302
    without_domain(context)
    if not confirmed:
        assert post_with_token(cast.anonymous(), app, link, {}).status_code == 404
    clock.forward(hours=25)
    change_email.apply_due(context)
    assert address_of(context, cast.rhys) == cast.rhys.email
    assert change_of(context, cast.rhys).cancelled_at is not None
    assert is_notified(mailbox, cast.rhys)


def test_A3_an_organisation_only_asked_to_join_gives_no_address_after_leaving_the_one_that_confirmed(
    app: Flask, cast: Cast, second: int
) -> None:
    asks_to_join(cast.rhys, second)
    assert asks(app, cast.rhys) == 422
    with cast.rhys.works() as work:
        acting_for.leave(work, cast.rhys.membership_id)
    assert asks(app, cast.rhys) == 422


def test_A3_another_mailbox_of_an_organisation_that_was_left_is_no_new_address(
    app: Flask, cast: Cast, second: int
) -> None:
    own = f"other-{cast.rhys.email}"
    assert asks(app, cast.rhys, own) == 302
    cast.rhys.joins(second)
    with cast.rhys.works() as work:
        acting_for.leave(work, cast.rhys.membership_id)
    assert asks(app, cast.rhys, own) == 422


def test_A3_one_who_has_just_registered_may_correct_the_address(
    app: Flask, context: AppContext, cast: Cast, second: int
) -> None:
    with everything(context) as work:
        mine = work.get(Membership, cast.rhys.membership_id)
        mine.organisation_id, mine.confirmed_at = second, None
    assert asks(app, cast.rhys) == 302


# --- the address of the organisation that was left ------------------------------------------------


def test_A1_who_leaves_is_asked_to_change_an_address_of_that_organisation(
    app: Flask, cast: Cast, second: int
) -> None:
    other, number = cast.rhys.joins(second), cast.rhys.membership_id
    browser, path = cast.rhys.browser(), "/account/organisations/{}/leave"
    page = browser.get(path.format(number)).text
    assert cast.rhys.email in page and 'href="/account/email/"' in page
    assert 'href="/account/email/"' not in browser.get(path.format(other)).text
    after = post_with_token(browser, app, path.format(number), {}, follow_redirects=True).text
    assert cast.rhys.email in after and 'href="/account/email/"' in after


def test_A1_whose_membership_is_ended_by_others_is_notified_of_the_address(
    context: AppContext, cast: Cast, second: int
) -> None:
    elsewhere = cast.rhys.joins(second)
    with cast.olu.works() as work:
        membership.end(work, elsewhere)
    assert "address_left" not in letters_to(context, cast.rhys.id)
    cast.rhys.joins(second)
    with cast.olu.works() as work:
        membership.end(work, cast.rhys.membership_id)
    assert "address_left" in letters_to(context, cast.rhys.id)


def test_A1_who_is_moved_by_the_sen_team_is_notified_of_the_address(
    context: AppContext, cast: Cast, second: int
) -> None:
    with cast.rhys.works() as work:
        change = account_details.propose(work, second, "I start there").id
    with cast.olu.works() as work:
        account_details.approve(work, change)
    assert "address_left_by_change" in letters_to(context, cast.rhys.id)


# --- an answer ------------------------------------------------------------------------------------


def test_A9_an_answer_reaches_one_who_left_the_organisation_they_wrote_for(
    context: AppContext, cast: Cast, second: int
) -> None:
    number, first = cast.rhys.joins(second), place_of(cast.rhys)
    cast.rhys.acts_for(second)
    with cast.rhys.works() as work:
        asked = [messages.write_to_team(work, "A question", "When?", key)[0] for key in ("k1", "k2")]
    with cast.olu.works() as work:
        (before,) = messages.answer(work, asked[0], "On Monday.", "k3")
    cast.rhys.acts_for(first)
    assert cast.rhys.browser().get(f"/messages/{before}").status_code == 404, "for the second one only"
    with cast.rhys.works() as work:
        acting_for.leave(work, number)
    with cast.olu.works() as work:
        (reply,) = messages.answer(work, asked[1], "On Tuesday.", "k4")
    assert cast.rhys.browser().get(f"/messages/{reply}").status_code == 200


@pytest.mark.parametrize("how", ["leave", "close"])
def test_A9_an_answer_that_no_one_can_read_is_refused_and_not_mailed(
    app: Flask, context: AppContext, cast: Cast, make: Maker, second: int, how: str
) -> None:
    number, child = cast.rhys.joins(second), make.child()
    make.link(child, cast.rhys, organisation_id=second)
    cast.rhys.acts_for(second)
    with cast.rhys.works() as work:
        (asked,) = messages.write_to_team(work, "A question", "When?", "k1", child.id)
    if how == "leave":
        with cast.rhys.works() as work:
            acting_for.leave(work, number)
    else:
        with cast.ines.works() as work:
            accounts.deactivate(work, cast.rhys.id)
    with everything(context) as work:
        mails = work.session.scalar(select(func.count()).select_from(OutboxMail))
    typed = {"body": "On Monday.", "send_key": "k2"}
    answer = post_with_token(cast.olu.browser(), app, f"/messages/{asked}/answer", typed)
    assert "can no longer read your answer" in answer.text and "On Monday." in answer.text
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(OutboxMail)) == mails


# --- what was sent while it lasted ----------------------------------------------------------------


def advice_sent(cast: Cast, make: Maker) -> tuple[int, int]:
    child = make.child(linked=(cast.ann,))
    advice = make.advice(child, cast.ann)
    fill_in(cast.ann, advice.id)
    send(cast.ann, advice.id)
    return child.id, advice.id


def is_marked(cast: Cast, child_id: int) -> set[bool]:
    with cast.olu.works() as work:
        form = select(Form).where(Form.child_id == child_id)
        in_lists = {each.author_is_unconfirmed for each in work.session.scalars(form).unique()}
        on_page = {each.author_is_unconfirmed for each in forms_about(work.session, child_id)}
    page = cast.olu.browser().get(f"/children/{child_id}/forms").text
    return in_lists | on_page | {"Author not confirmed" in page}


def ended(cast: Cast) -> None:
    with cast.olu.works() as work:
        membership.end(work, cast.ann.membership_id)


def reopened(cast: Cast) -> None:
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.ann.id)


@pytest.mark.parametrize("then", [ended, reopened])
def test_A3_what_was_sent_while_confirmed_is_not_marked_later(
    cast: Cast, make: Maker, clock: FixedClock, then: Callable[[Cast], None]
) -> None:
    child_id, form_id = advice_sent(cast, make)
    clock.forward(hours=1)
    then(cast)
    assert is_marked(cast, child_id) == {False}
    assert "No one has confirmed" not in cast.olu.browser().get(f"/forms/{form_id}/read").text


@pytest.mark.parametrize("then", [ended, reopened])
def test_A3_what_is_sent_while_they_wait_again_is_marked(
    context: AppContext, cast: Cast, make: Maker, clock: FixedClock, then: Callable[[Cast], None]
) -> None:
    child_id, form_id = advice_sent(cast, make)
    then(cast)
    clock.forward(hours=1)
    with everything(context) as work:
        form = work.get(Form, form_id)
        form.author_id, form.state, form.submitted_at = cast.ann.id, FormState.submitted, work.now
    assert is_marked(cast, child_id) == {True}


# --- asking again ---------------------------------------------------------------------------------


def test_A3_the_lead_sees_that_a_person_was_refused_before(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    place = place_of(cast.sana)
    number = asks_to_join(cast.rhys, place)
    with cast.rhys.works() as work:
        acting_for.leave(work, number)  # to leave is not to be refused
    asked = asks_to_join(cast.rhys, place)
    words = "An earlier answer was that Rhys"
    assert words not in cast.sana.browser().get("/colleagues/").text
    with cast.olu.works() as work:
        membership.refuse(work, asked)
    asks_to_join(cast.rhys, place)
    assert words in cast.sana.browser().get("/colleagues/").text
    assert words in cast.olu.browser().get(f"/colleagues/organisation/{place}").text


def test_A3_a_person_whose_refusal_closed_the_account_is_marked_when_it_is_reopened(
    context: AppContext, cast: Cast
) -> None:
    with everything(context) as work:
        work.get(Membership, cast.tom.membership_id).confirmed_at = None
    with cast.olu.works() as work:
        membership.refuse(work, cast.tom.membership_id)
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.tom.id)
    assert "An earlier answer was that Tom" in cast.sana.browser().get("/colleagues/").text


def messages_of(context: AppContext) -> int:
    with everything(context) as work:
        return work.session.scalar(select(func.count()).select_from(Message)) or 0


def test_A4_asking_and_leaving_again_and_again_is_limited(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    def round_of() -> None:
        number = asks_to_join(cast.rhys, place_of(cast.sana))
        with cast.rhys.works() as work:
            acting_for.leave(work, number)

    for _ in range(3):
        round_of()
    before = messages_of(context)
    with pytest.raises(ValidationFailed, match="many times today"):
        round_of()
    assert messages_of(context) == before
    clock.forward(days=2)
    round_of()


def test_A4_a_person_may_ask_as_many_organisations_as_they_may_work_for_and_no_more(
    cast: Cast, make: Maker
) -> None:
    for _ in range(acting_for.MOST - 1):
        asks_to_join(cast.rhys, make.organisation().id)
    with pytest.raises(ValidationFailed):
        asks_to_join(cast.rhys, make.organisation().id)


def test_A4_proposing_and_renaming_again_and_again_are_limited(cast: Cast, second: int) -> None:
    with pytest.raises(ValidationFailed, match="proposed many changes today"):
        for _ in range(20):
            with cast.rhys.works() as work:
                account_details.propose(work, second, "moving")
    with cast.rhys.works() as work:
        now = account_details.details_of(work.get(Person, cast.rhys.id))
    with pytest.raises(ValidationFailed, match="changed your name many times"):
        for number in range(20):
            with cast.rhys.works() as work:
                names = {"first_name": f"Rhys{'a' * number}"}
                account_details.correct(work, account_details.Details(**{**vars(now), **names}))


# --- with rights that have ended since the request began ------------------------------------------


def proved_log_in(actor: Actor) -> int:
    """A log-in of this person, who has just proved again who they are."""
    actor.browser()
    with actor.works() as work:
        return work.session.scalars(select(LogInSession.id)).one()


@pytest.mark.parametrize("act", ["join", "propose", "address"])
def test_A9_nothing_is_begun_for_an_account_that_was_closed_meanwhile(
    context: AppContext, cast: Cast, second: int, act: str
) -> None:
    log_in = proved_log_in(cast.rhys)
    with everything(context) as work:  # as by another transaction, right after the log-in was looked up
        work.get(Person, cast.rhys.id).active = False
    with pytest.raises(Forbidden), cast.rhys.works() as work:
        if act == "join":
            acting_for.ask_to_join(work, second, "SENCO")
        elif act == "propose":
            account_details.propose(work, second, "moving")
        else:
            change_email.ask(work, f"other-{cast.rhys.email}", log_in)


def test_A9_no_one_asks_to_join_after_the_account_was_closed(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for _ in range(3):
        place = int(make.organisation().id)
        join: Deed = lambda work, place=place: acting_for.ask_to_join(work, place, "SENCO")  # type: ignore[misc]  # noqa: E731
        close: Deed = lambda work: accounts.deactivate(work, cast.rhys.id)  # noqa: E731
        assert set(at_once((cast.rhys, join), (cast.ines, close))) <= {"done", "Forbidden"}
        with everything(context) as work:
            happened = select(AuditRow.event).where(
                AuditRow.event.in_(["MembershipAwaited", "PersonDeactivated"])
            )
            assert work.session.scalars(happened.order_by(AuditRow.id.desc())).first() == "PersonDeactivated"
            work.get(Person, cast.rhys.id).active = True


@pytest.mark.parametrize("deed", ["confirm", "refuse", "end"])
def test_A3_one_who_leads_no_longer_settles_nothing(context: AppContext, cast: Cast, deed: str) -> None:
    """Her task ends after her request began, so that her principal still says that she leads."""
    asked = asks_to_join(cast.rhys, place_of(cast.sana))
    number = cast.tom.membership_id if deed == "end" else asked
    with cast.olu.works() as work:
        membership.set_lead(work, cast.sana.membership_id, False)
    with pytest.raises(Forbidden), cast.sana.works() as work:
        getattr(membership, deed)(work, number)
    with everything(context) as work:
        left = work.get(Membership, number)
        assert (left.confirmed_at is None) == (deed != "end") and left.ended_at is None


def test_A9_leaving_against_applying_a_new_address_ends_or_applies_the_change(
    app: Flask, context: AppContext, cast: Cast, second: int, mailbox: Mailbox, clock: FixedClock
) -> None:
    number = cast.rhys.joins(second)
    assert asks(app, cast.rhys) == 302
    assert post_with_token(cast.anonymous(), app, mailbox.link(NEW), {}).status_code == 302
    clock.forward(hours=25)
    start = Barrier(2)

    def leave() -> None:
        start.wait()
        no_longer_at(cast, number, "leave")

    def apply() -> None:
        start.wait()
        change_email.apply_due(context)

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(leave), pool.submit(apply)):
            done.result()
    change, email = change_of(context, cast.rhys), address_of(context, cast.rhys)
    assert (change.applied_at is None) == (email == cast.rhys.email)
    assert (change.applied_at is None) == (change.cancelled_at is not None)
