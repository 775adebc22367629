"""Issue 9, A1: no change of how a person logs in without a fresh proof, and nothing pending survives recovery."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import Model
from sqlalchemy import select

from app.accounts import accounts, change_email, forgotten_password, own_account, sessions
from app.accounts.mailed_links import make_link
from app.accounts.second_step import Passed
from app.core.clock import FixedClock
from app.core.roles import Profession
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import (
    EmailChange,
    Invitation,
    LogInChallenge,
    LogInSession,
    MailedLink,
    OrganisationChange,
    Person,
    ProposalState,
    Purpose,
    Registration,
    RegistrationState,
)
from tests.browser import post_with_token
from tests.cast import PASSWORD, Actor, Cast, everything
from tests.mailbox import Mailbox
from tests.make import Maker
from tests.newcomer import CHOSEN, organisation_id
from tests.security.crowd import anonymous_work
from tests.security.links import NEW

# --- a fresh proof --------------------------------------------------------------------------------

GUARDED = ["/account/email/", "/account/password", "/account/authenticator"]


@pytest.mark.parametrize("path", GUARDED)
def test_A1_a_log_in_alone_changes_nothing_of_how_a_person_logs_in(
    app: Flask, cast: Cast, mailbox: Mailbox, path: str
) -> None:
    browser = cast.olu.logs_in()
    mails = len(mailbox.to(cast.olu.email))

    assert browser.get(path).location == "/account/prove"
    typed = {"email": "olu.a@bradford.gov.example", "password": CHOSEN, "code": "123456"}
    assert post_with_token(browser, app, path, typed).location == "/account/prove"
    assert len(mailbox.to(cast.olu.email)) == mails


@pytest.mark.parametrize("path", GUARDED)
def test_A1_password_and_code_open_the_way_for_ten_minutes_in_this_log_in_only(
    app: Flask, cast: Cast, clock: FixedClock, path: str
) -> None:
    browser, elsewhere = cast.olu.browser(proved=False), cast.olu.browser(proved=False)
    assert browser.get(path).location == "/account/prove"
    post_with_token(browser, app, "/account/prove", {"password": PASSWORD})
    assert browser.get(path).location == "/account/prove", "a password alone is half a proof"
    proved = post_with_token(browser, app, "/account/prove/code", {"code": cast.olu.code()})

    assert proved.location == path and browser.get(path).status_code == 200
    assert elsewhere.get(path).location == "/account/prove"
    clock.forward(minutes=10, seconds=1)
    assert browser.get(path).location == "/account/prove"


def test_A1_the_services_ask_for_the_proof_themselves(cast: Cast, context: AppContext) -> None:
    cast.olu.browser(proved=False)
    with cast.olu.works() as work:
        here = work.session.scalars(select(LogInSession.id)).one()
    works_as_olu = cast.olu.works
    for change in (
        lambda: own_account.change_password(works_as_olu, CHOSEN, here),
        lambda: within(cast.olu, lambda work: change_email.ask(work, "olu.a@bradford.gov.example", here)),
        lambda: within(cast.olu, lambda work: own_account.add_app(work, here, None, "123456")),
    ):
        with pytest.raises(sessions.ProveFirst):
            change()
    with pytest.raises(sessions.ProveFirst):
        within(cast.ann, lambda work: own_account.remove_app(work, here))


def within(actor: Actor, deed: Callable[[Any], object]) -> None:
    with actor.works() as work:
        deed(work)


# --- nothing pending survives ---------------------------------------------------------------------

ENDED = {
    "log_in_session.person_id": lambda w, who: still(w, LogInSession, LogInSession.ended_at, who),
    "log_in_challenge.person_id": lambda w, who: still(w, LogInChallenge, LogInChallenge.closed_at, who),
    "mailed_link.person_id": lambda w, who: still(w, MailedLink, MailedLink.used_at, who),
    "mailed_link.email": lambda w, who: to_address(w, MailedLink, MailedLink.used_at, who),
    "email_change.person_id": lambda w, who: still(w, EmailChange, EmailChange.cancelled_at, who),
    "organisation_change.person_id": lambda w, who: [
        row.id for row in of(w, OrganisationChange, who) if row.state is ProposalState.waiting
    ],
    "registration.email": lambda w, who: [
        row.id
        for row in w.session.scalars(select(Registration).where(Registration.email == who.email))
        if row.state is RegistrationState.waiting
    ],
    "invitation.email": lambda w, who: to_address(w, Invitation, Invitation.withdrawn_at, who),
    "ab_user.email": lambda w, who: (
        [] if w.get(Person, who.id).known_devices_from else ["devices known from before"]
    ),
}
"""What may be pending about a person or an address, and how to see whether it still is."""

LASTS = {
    "ab_api_key.user_id": "keys for programs are not used",
    "ab_register_user.email": "AppBuilder's own registrations are not used",
    "absence.arranged_by_id": "work that was done",
    "absence.covered_by_id": "the work itself; leaving the team ends the cover",
    "absence.person_id": "the work itself; leaving the team ends the cover",
    "ab_user.changed_by_fk": "who changed a row last",
    "ab_user.created_by_fk": "who made a row",
    "membership.confirmed_by_id": "who confirmed where somebody works",
    "membership.person_id": "where somebody works, which their organisation confirms",
    "ab_user_group.user_id": "groups are not used",
    "ab_user_role.user_id": "what they are to the portal, which an administrator decides",
    "child.added_by_id": "a child's record, by whom",
    "child_link.ended_by_id": "work that was done",
    "child_link.linked_by_id": "work that was done",
    "child_link.person_id": "the work itself; closing an account hands it over (A9)",
    "decision.recorded_by_id": "work that was done",
    "plan.recorded_by_id": "work that was done",
    "case_exception.recorded_by_id": "work that was done",
    "case_exception.withdrawn_by_id": "work that was done",
    "case_return.recorded_by_id": "work that was done",
    "consultation.recorded_by_id": "work that was done",
    "duty_rule.entered_by_id": "work that was done",
    "reminder.sent_by_id": "work that was done",
    "notice.recorded_by_id": "work that was done",
    "notice_template.entered_by_id": "work that was done",
    "ehc_case.owner_id": "the work itself; closing an account takes it from them",
    "ehc_case.recorded_by_id": "work that was done",
    "document.added_by_id": "work that was done",
    "draft_revision.saved_by_id": "work that was done",
    "email_change.new_email": "an address that is not the account's yet; its change ends by person_id",
    "form.asked_by_id": "work that was done",
    "form.author_id": "the work itself; closing an account hands it over (A9)",
    "form.decided_by_id": "work that was done",
    "form_return.returned_by_id": "work that was done",
    "form_share.shared_by_id": "work that was done",
    "child_merge.merged_by_id": "work that was done",
    "child_merge.undone_by_id": "work that was done",
    "invitation.invited_by_id": "families' invitations outlive an officer's password; “It was not me” ends them, and "
    "every recovery ends those of professionals and staff (test_attacks_on_accounts.py)",
    "invitation.second_by_id": "as invitation.invited_by_id",
    "import_batch.confirmed_by_id": "work that was done",
    "import_batch.started_by_id": "work that was done; the worker stops where the account is closed",
    "import_batch.undone_by_id": "work that was done",
    "kept_post.person_id": "their own words, shown to them alone once they are logged in again",
    "message.read_by_id": "who read a message",
    "message.recipient_id": "their inbox",
    "message.sender_id": "what they wrote",
    "organisation_change.decided_by_id": "a decision that was made",
    "outbox.recipient_id": "mail on its way: the codes and links in it have ended",
    "registration.decided_by_id": "a decision that was made",
    "registration.person_id": "the account that came of it",
    "section_draft.saved_by_id": "work that was done",
    "submission.submitted_by_id": "work that was done",
}
"""Every other column that names a person or an address, and why it may stay."""


def of(work: Any, table: Any, who: Actor) -> list[Any]:
    return list(work.session.scalars(select(table).where(table.person_id == who.id)))


def still(work: Any, table: Any, ended: Any, who: Actor) -> list[int]:
    return list(work.session.scalars(select(table.id).where(table.person_id == who.id, ended.is_(None))))


def to_address(work: Any, table: Any, ended: Any, who: Actor) -> list[int]:
    return list(work.session.scalars(select(table.id).where(table.email == who.email, ended.is_(None))))


def test_A1_every_column_that_names_a_person_or_an_address_is_ended_or_says_why_it_lasts() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "ab_user" for key in column.foreign_keys)
        or column.name.endswith("email")
    }
    assert named - set(ENDED) - set(LASTS) == set(), "does what is new here end with a new password?"
    assert (set(ENDED) | set(LASTS)) - named == set(), "these are no longer there"


def plant(context: AppContext, cast: Cast, make: Maker) -> None:
    """Everything that can be pending about Ann at once; two log-ins and a challenge among them."""
    child = make.child()
    cast.ann.half_way()
    cast.ann.browser()
    with everything(context) as work:
        make_link(work, Purpose.email, NEW, person_id=cast.ann.id)
        make_link(work, Purpose.reset, cast.ann.email, person_id=cast.ann.id)
        work.add(EmailChange(person_id=cast.ann.id, new_email=NEW))
        work.add(OrganisationChange(person_id=cast.ann.id, to_organisation_id=organisation_id(context)))
        registration = work.add(
            Registration(
                email=cast.ann.email, first_name="Ann", last_name="K", profession=Profession.school,
                job_title="x", address="x", postcode="x", phone="x", state=RegistrationState.waiting,
            )
        )  # fmt: skip
        make_link(work, Purpose.register, cast.ann.email, registration_id=registration.id)
        work.add(
            Invitation(
                child_id=child.id, first_name="Ann", last_name="K", email=cast.ann.email,
                relationship_to_child="Aunt", invited_by_id=cast.olu.id, sent_at=work.now,
            )
        )  # fmt: skip
        make_link(work, Purpose.invite, cast.ann.email)


def changes_password(app: Flask, context: AppContext, cast: Cast) -> FlaskClient | None:
    browser = cast.ann.browser()
    assert post_with_token(browser, app, "/account/password", {"password": CHOSEN}).location == "/account/"
    return browser


def resets_password(app: Flask, context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        token = make_link(work, Purpose.reset, cast.ann.email, person_id=cast.ann.id)
    forgotten_password.choose(anonymous_work(context), token, CHOSEN)


def logs_out_everywhere(app: Flask, context: AppContext, cast: Cast) -> None:
    post_with_token(cast.ann.browser(), app, "/account/log-ins/end", {})


def is_closed(app: Flask, context: AppContext, cast: Cast) -> None:
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)


def says_it_was_not_her(app: Flask, context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        token = make_link(work, Purpose.not_me, cast.ann.email, person_id=cast.ann.id)
    answer = post_with_token(cast.anonymous(), app, f"/confirm/not-me/{token}", {})
    assert post_with_token(cast.anonymous(), app, answer.location, {"password": CHOSEN}).status_code == 302


RECOVERIES = [changes_password, resets_password, logs_out_everywhere, is_closed, says_it_was_not_her]


@pytest.mark.parametrize("recover", RECOVERIES, ids=lambda each: each.__name__)
def test_A1_nothing_pending_survives(
    app: Flask, context: AppContext, cast: Cast, make: Maker, recover: Callable[..., FlaskClient | None]
) -> None:
    plant(context, cast, make)
    with everything(context) as work:
        before = {name: check(work, cast.ann) for name, check in ENDED.items()}
    assert all(before.values()), f"nothing was planted for {[name for name in before if not before[name]]}"

    remaining = recover(app, context, cast)

    with everything(context) as work:
        after = {name: check(work, cast.ann) for name, check in ENDED.items()}
    if remaining is not None:
        assert len(after.pop("log_in_session.person_id")) == 1
        assert remaining.get("/account/").status_code == 200
        assert remaining.get("/account/email/").location == "/account/prove", "it has to be proved again"
    assert not any(after.values()), after


@pytest.mark.parametrize("recover", RECOVERIES, ids=lambda each: each.__name__)
def test_A1_other_peoples_pending_rows_are_left_alone(
    app: Flask, context: AppContext, cast: Cast, recover: Callable[..., object]
) -> None:
    bob, half = cast.bob.browser(), cast.bob.half_way()
    recover(app, context, cast)

    assert bob.get("/account/").status_code == 200
    assert post_with_token(half, app, "/login/code", {"code": cast.bob.code()}).location == "/"


def test_A1_a_device_known_from_before_a_new_password_is_strange_again(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    thief = cast.ann.logs_in()
    post_with_token(thief, app, "/login/out", {})
    clock.forward(minutes=1)
    resets_password(app, context, cast)
    for _ in range(10):
        post_with_token(cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": "wrong"})

    refused = post_with_token(thief, app, "/login/", {"email": cast.ann.email, "password": "wrong"})
    assert refused.status_code == 429, "it is counted like everybody's, not apart"


def test_A1_a_right_code_of_before_opens_no_log_in_after(
    context: AppContext, cast: Cast, clock: FixedClock, app: Flask
) -> None:
    """The code was right a moment before the account was taken back, and its log-in is opened a moment after."""
    from app.accounts import log_in

    passed = Passed(cast.ann.id, "email", clock.now())
    clock.forward(seconds=1)
    resets_password(app, context, cast)

    with pytest.raises(log_in.WrongPassword), unit_of_work(context, None) as work:
        log_in.enter(work, passed)
