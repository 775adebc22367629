"""Two who press at the same moment: what may happen once happens once. On PostgreSQL they really are side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from threading import Barrier
from typing import Protocol

from sqlalchemy import func, select

from app.accounts import saved_submissions
from app.cases import decisions, intake, links
from app.cases.advice_requests import Asked
from app.cases.ask_for_all import RowToAsk, ask_for_all
from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.children.events import ChildViewed
from app.core.audit.chain import verify
from app.core.database.row_filter import bypass_row_filter, is_filtered
from app.core.errors import PortalError
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.forms import returns, submissions
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import FormState
from app.models import (
    Advice,
    Case,
    ChildLink,
    Decision,
    Form,
    FormReturn,
    Person,
    Request,
    SavedSubmission,
    Submission,
)
from tests.cast import Cast, everything, owner
from tests.filled_forms import fill_in
from tests.make import Maker

Deed = Callable[[UnitOfWork], object]


class Worker(Protocol):
    """A person with a unit of work of their own."""

    def works(self) -> AbstractContextManager[UnitOfWork]: ...


def at_once(*deeds: tuple[Worker, Deed]) -> list[str]:
    """Each does theirs when all are ready; what came of it, in no order."""
    start = Barrier(len(deeds))

    def do(pair: tuple[Worker, Deed]) -> str:
        actor, deed = pair
        start.wait()
        try:
            with actor.works() as work:
                deed(work)
            return "done"
        except PortalError as refused:
            return type(refused).__name__

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(do, deeds))


def open_links(context: AppContext, child_id: int) -> list[ChildLink]:
    with everything(context) as work:
        statement = select(ChildLink).where(ChildLink.child_id == child_id, ChildLink.ended_at.is_(None))
        return list(work.session.scalars(statement))


def test_two_officers_link_the_same_person_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    link: Deed = lambda work: links.link_person(work, child.id, cast.ann.id)  # noqa: E731

    assert at_once((cast.olu, link), (cast.mary, link)) == ["ValidationFailed", "done"]
    assert len(open_links(context, child.id)) == 1


def test_two_colleagues_take_up_one_child(context: AppContext, cast: Cast, make: Maker) -> None:
    waiting = make.queue(make.child(), cast.hana)
    take: Deed = lambda work: links.take_up(work, waiting.id)  # noqa: E731

    slower, quicker = at_once((cast.hana, take), (cast.idris, take))
    assert (slower, quicker) == ("ValidationFailed", "done"), "the child is a colleague's now"


def test_two_colleagues_who_step_back_at_once_leave_what_is_owed_in_the_queue(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    hana, idris = make.link(child, cast.hana), make.link(child, cast.idris)
    make.advice(child, cast.hana, template="advice_health")

    results = at_once(
        (cast.hana, lambda work: links.step_back(work, hana.id)),
        (cast.idris, lambda work: links.step_back(work, idris.id)),
    )

    assert results == ["done", "done"]
    assert [(link.person_id, link.organisation_id) for link in open_links(context, child.id)] == [
        (None, cast.hana.principal.organisation_id)
    ]


def test_of_an_acceptance_and_a_return_at_once_one_counts(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    form = make.advice(make.child(linked=(cast.ann,)), cast.ann, FormState.submitted)
    with everything(context) as work:
        work.add(
            Submission(
                form_id=form.id, number=1, answers={}, checksum="0", send_key="k",
                submitted_by_id=cast.ann.id, submitted_at=work.now,
            )
        )  # fmt: skip

    results = at_once(
        (cast.olu, lambda work: returns.accept(work, form.id, 1)),
        (cast.mary, lambda work: returns.send_back(work, form.id, 1, {"": "Please say more."})),
    )

    assert results == ["InvalidState", "done"]
    with everything(context) as work:
        entered = work.session.scalar(select(func.count(FormReturn.id))) or 0
        assert (work.get(Form, form.id).state, entered) in {
            (FormState.accepted, 0),
            (FormState.returned, 1),
        }


def received(cast: Cast, make: Maker, state: FormState) -> Request:
    """A request that can be decided."""
    return make.request(make.child(linked=(cast.sana,)), cast.sana, state, received_on=date(2026, 11, 2))


def test_c2_of_two_decisions_at_once_one_counts(context: AppContext, cast: Cast, make: Maker) -> None:
    case = make.case_of(received(cast, make, FormState.returned))
    results = at_once(
        (cast.olu, lambda work: decisions.agree_to_assess(work, case, decisions.Decided("Yes."))),
        (cast.mary, lambda work: decisions.decline_to_assess(work, case, decisions.Decided("No."))),
    )
    assert results in (["Conflict", "done"], ["InvalidState", "done"])
    with everything(context) as work:
        rows = work.session.scalars(select(Decision)).all()
        assert [(one.number, one.outcome) for one in rows] == [(1, work.get(Case, case).state)]


def test_b12_of_two_corrections_at_once_both_are_stored_in_order_or_one_is_refused(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    case = make.case_of(received(cast, make, FormState.accepted))
    with cast.olu.works() as work:
        decisions.agree_to_assess(work, case, decisions.Decided("Wrong box."))
    results = at_once(
        *(
            (
                actor,
                lambda work: decisions.correct_decision(
                    work, case, False, decisions.Decided("No.", None, "Slip.")
                ),
            )
            for actor in (cast.olu, cast.mary)
        )
    )
    assert results in (["Conflict", "done"], ["ValidationFailed", "done"])
    with everything(context) as work:
        assert sorted(work.session.scalars(select(Decision.number))) == [1, 2]


def test_b12_of_a_decision_and_an_undone_acceptance_at_once_nothing_is_lost(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    form = received(cast, make, FormState.accepted)
    case = make.case_of(form)
    with everything(context) as work:
        work.add(
            Submission(
                form_id=form.id, number=1, answers={}, checksum="0", send_key="k",
                submitted_by_id=cast.sana.id, submitted_at=work.now,
            )
        )  # fmt: skip
    at_once(
        (cast.olu, lambda work: decisions.agree_to_assess(work, case, decisions.Decided("Yes."))),
        (cast.mary, lambda work: returns.undo_accept(work, form.id, 1)),
    )
    with everything(context) as work:
        decided = work.session.scalars(select(Decision)).all()
        state = work.get(Form, form.id).state
    assert (state, len(decided)) in {(FormState.decided, 1), (FormState.submitted, 0)}


def test_the_audits_chain_holds_when_many_write_at_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()

    def view(work: UnitOfWork) -> None:
        work.record(ChildViewed(child_id=child.id))

    results = at_once(*((actor, view) for actor in [cast.olu, cast.mary] * 12))

    assert results == ["done"] * 24
    with everything(context) as work:
        verdict = verify(work.session, context.settings.audit_keys)  # type: ignore[attr-defined]
    assert verdict.ok and verdict.rows >= 24


def test_rows_a_use_case_read_unfiltered_are_not_left_to_the_page(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    make.child()
    with context.database.open() as session:
        with unit_of_work(context, cast.bob.principal, session=session) as work:
            bypass_row_filter(work.session, "a test bypasses the row filter")
            everyone = len(work.session.scalars(select(Person)).unique().all())
        assert is_filtered(session)
        assert len(session.scalars(select(Person)).unique().all()) < everyone


def test_saved_submissions_are_limited(context: AppContext, cast: Cast) -> None:
    """Form tokens outlive log-ins, so a thief of one could send text for its owner for ever."""
    refused = 0
    for _ in range(saved_submissions.SAVES_A_DAY.most + 5):
        try:
            with unit_of_work(context, None) as work:
                saved_submissions.save(work, owner(cast.ann), "/forms/1", [("text", "x")])
        except PortalError:
            refused += 1
    with unit_of_work(context, None) as work:
        saved_submissions.save(work, owner(cast.bob), "/forms/1", [("text", "x")])

    assert refused == 5
    with everything(context) as work:
        assert (
            work.session.query(SavedSubmission).filter_by(person_id=cast.ann.id).count()
            == saved_submissions.SAVES_A_DAY.most
        )


def test_a6_of_two_letters_recorded_at_once_one_case_comes(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    letter = intake.ReceivedRequest(RequestSource.parent, Channel.paper, date(2026, 11, 17))
    results = at_once(
        *(
            (actor, lambda work: intake.record_request(work, child.id, letter))
            for actor in [cast.olu, cast.mary] * 4
        )
    )
    assert set(results) == {"done"}
    with everything(context) as work:
        assert work.session.scalar(select(func.count(Case.id))) == 1


def test_a6_a_letter_recorded_while_the_school_sends_its_form_leaves_one_case(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.sana,))
    form = make.request(child, cast.sana)
    fill_in(cast.sana, form.id)
    letter = intake.ReceivedRequest(RequestSource.parent, Channel.paper, date(2026, 11, 17))
    results = at_once(
        (cast.olu, lambda work: intake.record_request(work, child.id, letter)),
        (cast.sana, lambda work: submissions.submit(work, form.id, "0" * 32)),
    )
    assert set(results) == {"done"}
    with everything(context) as work:
        [case] = work.session.scalars(select(Case)).all()
        assert (case.request_id, case.received_on) == (form.id, date(2026, 11, 17))


def test_two_officers_asking_for_all_the_advice_ask_once(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    case_id = make.case_of(make.request(child, cast.sana, CaseState.assessing))
    bodies = [actor.principal.organisation_id for actor in (cast.hana, cast.hana, cast.ann)]
    services = ["Occupational therapy", "Speech and language therapy", ""]
    paragraphs = [Paragraph.c, Paragraph.c, Paragraph.d]
    forms = ["advice_health", "advice_health", "advice_psychology"]
    rows = [
        RowToAsk(f"row-{n}", paragraphs[n], forms[n], Asked(service=services[n]), organisation_id=bodies[n])
        for n in range(3)
    ]

    def ask(work: UnitOfWork) -> None:
        ask_for_all(work, case_id, rows, invite_views=True)

    assert at_once((cast.olu, ask), (cast.mary, ask)) == ["done", "done"]
    with everything(context) as work:
        asked = work.session.scalars(select(Advice.service).order_by(Advice.id)).all()
    assert sorted(asked) == sorted(services)
