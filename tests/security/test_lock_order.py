"""A6: different acts on one account, child or form at the same moment. On PostgreSQL each waits for the other, and none
waits in a circle: a deadlock would be answered with an error page and `at_once` raises it here."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import pyotp
from sqlalchemy import select

from app.accounts import (
    account_details,
    accounts,
    app_reset,
    change_email,
    forgotten_password,
    membership,
    sessions,
)
from app.accounts.mailed_links import make_link
from app.accounts.passwords import set_password
from app.accounts.queries.account_changes import due_changes
from app.accounts.queries.log_in import account_by_id
from app.accounts.recovery import end_everything_pending
from app.accounts.second_step import LogInAgain, WrongCode, begin, encrypt_secret, verify
from app.cases import advice_requests, links
from app.core.unit_of_work import AppContext, UnitOfWork
from app.forms import drafts, form_context, submissions
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import EmailChange, Form, FormShare, LogInSession, Person, Purpose
from tests.cast import Actor, Cast, everything, membership_of
from tests.filled_forms import fill_in, send
from tests.make import Maker
from tests.security.crowd import anonymous_work
from tests.security.test_invitation_races import Stranger
from tests.security.test_two_at_once import Deed, at_once, open_links

ROUNDS = 3


def audited_shares(context: AppContext, form_id: int) -> list[Any]:
    with everything(context) as work:
        return list(work.session.scalars(select(FormShare.ended_at).where(FormShare.form_id == form_id)))


@contextmanager
def closing(cast: Cast, *actors: Actor) -> Iterator[list[tuple[Any, Deed]]]:
    """An administrator closes these accounts; opened again afterwards."""
    yield [(cast.ines, lambda work, a=a: accounts.deactivate(work, a.id)) for a in actors]  # type: ignore[misc]
    for actor in actors:
        with cast.ines.works() as work:
            accounts.reactivate(work, actor.id)


# --- closing an account --------------------------------------------------------------------------


def test_A9_closing_while_they_step_back(context: AppContext, cast: Cast, make: Maker) -> None:
    for _ in range(ROUNDS):
        child = make.child()
        link = make.link(child, cast.ann)
        make.advice(child, cast.ann)
        with closing(cast, cast.ann) as close:
            results = at_once(*[(cast.ann, lambda work, n=link.id: links.step_back(work, n))] * 4, *close)
        assert set(results) <= {"done", "InvalidState", "NotFound", "Forbidden"}
        assert [each.person_id for each in open_links(context, child.id)] == [None], "it waits in the queue"


def test_A9_closing_while_a_colleague_is_brought_in_again(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for _ in range(ROUNDS):
        made = [make.child(linked=(cast.ann, cast.bob)) for _ in range(4)]
        with closing(cast, cast.bob) as close:
            results = at_once(
                *((cast.ann, lambda work, c=c.id: links.bring_in(work, c, cast.bob.id)) for c in made), *close
            )
        assert Counter(results)["done"] == 1 and set(results) <= {"done", "ValidationFailed"}
        assert {each.person_id for c in made for each in open_links(context, c.id)} == {cast.ann.id}


def save_empty(form_id: int) -> Deed:
    def save(work: UnitOfWork) -> None:
        opened = form_context.load_form_for_update(work, form_id)
        drafts.save_section(work, opened, opened.sections[0].id, {}, 0)

    return save


def test_A9_closing_while_they_write(context: AppContext, cast: Cast, make: Maker) -> None:
    for _ in range(ROUNDS):
        forms = [make.advice(make.child(linked=(cast.ann,)), cast.ann) for _ in range(4)]
        with closing(cast, cast.ann) as close:
            results = at_once(*((cast.ann, save_empty(form.id)) for form in forms), *close)
        assert set(results) <= {"done", "Forbidden", "NotFound"}
        with everything(context) as work:
            authors = select(Form.author_id).where(Form.id.in_([form.id for form in forms]))
            assert set(work.session.scalars(authors)) == {None}, "each waits for a colleague"


def test_A9_what_a_leaver_begins_to_write_at_that_moment_is_not_theirs(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    """A form of the queue becomes its first writer's; the writer's account is being closed, or they step back."""
    for _ in range(ROUNDS):
        forms, leaving = [], []
        for _ in range(3):
            child = make.child()
            leaving.append(make.link(child, cast.ann).id)
            forms.append(make.advice(child, cast.ann, author_id=None).id)
        writing = [(cast.ann, save_empty(form)) for form in forms] * 2
        with closing(cast, cast.ann) as close:
            at_once(
                *writing,
                *((cast.ann, lambda work, n=n: links.step_back(work, n)) for n in leaving[:2]),
                *close,
            )
        with everything(context) as work:
            assert set(work.session.scalars(select(Form.author_id).where(Form.id.in_(forms)))) == {None}


def test_A9_closing_while_they_send(context: AppContext, cast: Cast, make: Maker) -> None:
    forms = [make.advice(make.child(linked=(cast.ann,)), cast.ann) for _ in range(3)]
    for form in forms:
        fill_in(cast.ann, form.id)
    with closing(cast, cast.ann) as close:
        results = at_once(
            *(
                (cast.ann, lambda work, n=form.id: submissions.submit(work, n, f"{n:032x}"))
                for form in forms
            ),
            *close,
        )  # fmt: skip
    assert set(results) <= {"done", "Forbidden", "NotFound"}
    with everything(context) as work:
        held = work.session.scalars(select(Form).where(Form.id.in_([form.id for form in forms]))).unique()
        assert {form.author_id for form in held} == {None}


def test_A9_closing_while_their_move_is_decided(context: AppContext, cast: Cast) -> None:
    elsewhere = cast.hana.principal.organisation_id or 0
    for _ in range(ROUNDS):
        with cast.bob.works() as work:
            change = account_details.propose(work, elsewhere, "I moved.").id
        decide: list[tuple[Any, Deed]] = [
            (cast.olu, lambda work, n=change: account_details.approve(work, n)),  # type: ignore[misc]
            (cast.mary, lambda work, n=change: account_details.refuse(work, n, "No.")),  # type: ignore[misc]
        ]
        with closing(cast, cast.bob) as close:
            results = Counter(at_once(*decide, (cast.bob, sessions.end_mine), *close))
        assert set(results) <= {"done", "InvalidState", "ValidationFailed"}
        with everything(context) as work:
            work.get(Person, cast.bob.id).profession = cast.bob.principal.profession
            membership_of(work, cast.bob.id).organisation_id = cast.bob.principal.organisation_id or 0


def test_A9_no_one_leads_an_organisation_whose_account_was_closed_at_that_moment(
    context: AppContext, cast: Cast
) -> None:
    lead: Deed = lambda work: membership.set_lead(work, cast.ann.membership_id, True)  # noqa: E731
    for _ in range(ROUNDS * 3):
        with closing(cast, cast.ann) as close:
            at_once(*[(cast.olu, lead)] * 3, *close)
            with everything(context) as work:
                ann = work.get(Person, cast.ann.id)
                assert (ann.active, membership_of(work, ann.id).leads) == (False, False)


# --- recovery ------------------------------------------------------------------------------------


def log_in_of(actor: Actor) -> int:
    """A log-in in which they have just proved again who they are."""
    with actor.works() as work:
        mark = sessions.hash_of(sessions.open_session(work, actor.id, "email"))
        row = work.session.scalars(select(LogInSession).where(LogInSession.sid_hash == mark)).one()
        row.proved_at = work.now
        return row.id


def new_password(log_in_id: int) -> Deed:
    """The last step of changing a password."""

    def change(work: UnitOfWork) -> None:
        sessions.require_proof(work, log_in_id)
        person = work.get(Person, work.me.user_id)
        set_password(work, person, "hash")
        end_everything_pending(work, person.id, except_log_in=log_in_id)

    return change


def test_A1_a_password_changed_in_four_browsers_while_they_log_out_everywhere(
    context: AppContext, cast: Cast
) -> None:
    for _ in range(ROUNDS):
        log_ins = [log_in_of(cast.olu) for _ in range(4)]
        with closing(cast, cast.olu) as close:
            results = at_once(
                *((cast.olu, new_password(each)) for each in log_ins),
                *[(cast.olu, sessions.end_mine)] * 3,
                *close,
            )
        assert set(results) <= {"done", "ProveFirst"}


def mailed(context: AppContext, cast: Cast, purpose: Purpose, times: int) -> list[str]:
    with everything(context) as work:
        return [
            make_link(work, purpose, cast.olu.email, person_id=cast.olu.id, end_others=False)
            for _ in range(times)
        ]


def test_A1_of_mailed_links_used_at_once_one_counts(context: AppContext, cast: Cast) -> None:
    stranger = Stranger(context)
    for _ in range(ROUNDS):
        resets = mailed(context, cast, Purpose.reset, 3)
        denials = mailed(context, cast, Purpose.not_me, 2)
        results = Counter(
            at_once(
                *((stranger, lambda work, t=t: forgotten_password._set(work, t, "hash")) for t in resets),
                *((stranger, lambda work, t=t: change_email.not_me(work, t)) for t in denials),
            )
        )
        assert results == {"done": 1, "DeadLink": 4}, "the first ends everything that was pending"


def with_app(context: AppContext, cast: Cast) -> str:
    """Give Olu an authenticator app; returns the code that it shows now."""
    secret = pyotp.random_base32()
    with everything(context) as work:
        person = work.get(Person, cast.olu.id)
        person.totp_secret, person.totp_last_step = encrypt_secret(work, person.id, secret), None
        return pyotp.TOTP(secret).at(work.now.replace(tzinfo=UTC))


def test_A1_an_app_is_reset_once_however_often_that_was_allowed(context: AppContext, cast: Cast) -> None:
    for _ in range(ROUNDS):
        with_app(context, cast)
        tokens = mailed(context, cast, Purpose.app_reset, 3)
        results = at_once(
            *((Stranger(context), lambda work, t=t: app_reset.confirm(work, t)) for t in tokens),
            *[(cast.ines, lambda work: app_reset.allow(work, cast.olu.id, "She rang."))] * 3,
            *[(cast.olu, sessions.end_mine)] * 3,
        )
        assert set(results) <= {"done", "DeadLink", "InvalidState"}


def answering(context: AppContext, secret: str, code: str) -> Callable[[UnitOfWork], object]:
    def give(_work: UnitOfWork) -> object:
        try:
            return verify(anonymous_work(context), secret, code)
        except (WrongCode, LogInAgain):
            return None

    return give


def test_A1_a_code_of_an_app_while_they_log_out_everywhere(context: AppContext, cast: Cast) -> None:
    for _ in range(ROUNDS):
        code = with_app(context, cast)
        asked = []
        for _ in range(4):
            with anonymous_work(context)() as work:
                account = account_by_id(work.session, cast.olu.id)
                assert account is not None
                asked.append(begin(work, account, f"account|{account.email}"))

        if context.database.is_sqlite:  # one writer at a time, and this one opens a second unit of work
            continue
        given = [(cast.olu, answering(context, each, code)) for each in asked]
        results = at_once(*given, *[(cast.olu, sessions.end_mine)] * 4)
        assert set(results) == {"done"}


def test_A1_a_new_address_comes_into_use_while_they_log_out_everywhere(
    context: AppContext, cast: Cast
) -> None:
    def apply(work: UnitOfWork) -> None:
        for each in due_changes(work.session, work.now):
            change_email._apply(work, each)

    for number in range(ROUNDS):
        with everything(context) as work:
            work.add(
                EmailChange(
                    person_id=cast.olu.id,
                    new_email=f"olu{number}@council.bradford.example",
                    confirmed_at=work.now,
                    takes_effect_at=work.now,
                )
            )
        results = at_once(*[(Stranger(context), apply)] * 3, *[(cast.olu, sessions.end_mine)] * 4)
        assert set(results) == {"done"}
        with everything(context) as work:
            (change,) = work.session.scalars(
                select(EmailChange).where(EmailChange.new_email == f"olu{number}@council.bradford.example")
            )
            in_use = work.get(Person, cast.olu.id).email == change.new_email
            assert (change.applied_at is None) is not (change.cancelled_at is None)
            assert in_use is (change.applied_at is not None)


# --- consent -------------------------------------------------------------------------------------


def test_A5_a_consent_withdrawn_while_officers_share_it(context: AppContext, cast: Cast, make: Maker) -> None:
    for _ in range(ROUNDS):
        child = make.child(linked=(cast.ann, cast.pat))
        with cast.pat.works() as work:
            form_id = advice_requests.start_consent(work, child.id).id
        fill_in(cast.pat, form_id)
        send(cast.pat, form_id)

        def share(work: UnitOfWork, n: int = form_id) -> object:
            return set_sharing(work, n, SharingChoice(professionals=True))

        def end(work: UnitOfWork, n: int = form_id) -> object:
            return set_sharing(work, n, SharingChoice())

        results = at_once(
            *[(cast.olu, end), (cast.mary, share)] * 3,
            (cast.pat, lambda work, n=form_id: drafts.withdraw(work, n)),
        )
        assert set(results) <= {"done", "InvalidState"}
        with everything(context) as work:
            assert work.get(Form, form_id).state is FormState.withdrawn, "the parent's word counts"
        assert None not in audited_shares(context, form_id)
