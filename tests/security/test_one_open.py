"""Only one open row of a kind: whatever is sent at the same moment, on PostgreSQL really side by side."""

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask_appbuilder import Model
from sqlalchemy import select

from app.accounts import accounts, registrations
from app.cases import advice_requests, duplicates, invitations, links
from app.core.errors import PortalError, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import AppContext, UnitOfWork
from app.forms.rules.workflow import FormState
from app.models import Advice, Registration, RegistrationState
from tests.cast import Actor, Cast, everything
from tests.make import Maker, parent
from tests.security.test_two_at_once import Deed, at_once, open_links

MANY = 20


def outcomes(actors: list[Actor], deed: Deed, times: int = MANY) -> Counter[str]:
    """What came of the same request, sent so many times at once by these people in turn."""
    return Counter(at_once(*((actors[n % len(actors)], deed) for n in range(times))))


def test_A6_one_officer_who_links_a_person_many_times_gets_one_answer(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    link: Deed = lambda work: links.link_person(work, child.id, cast.ann.id)  # noqa: E731

    assert outcomes([cast.olu], link) == {"done": MANY}
    assert len(open_links(context, child.id)) == 1


def test_A6_a_person_is_linked_once_and_ending_that_link_ends_their_reading(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    outcomes([cast.olu, cast.mary], lambda work: links.link_person(work, child.id, cast.ann.id))
    (link,) = open_links(context, child.id)

    with cast.olu.works() as work:
        links.end_link(work, link.id)

    with pytest.raises(PortalError), cast.ann.works() as work:
        links.open_link_of(
            work, links.lock_child(work, child.id).id, cast.ann.id, cast.ann.principal.organisation_id
        )


def test_A6_a_parent_with_an_account_is_linked_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()

    def invite(work: UnitOfWork) -> object:
        return invitations.invite(work, parent(child.id, "Pat", "Hussain", cast.pat.email, "Mother"))

    results = outcomes([cast.olu, cast.mary], invite)

    (link,) = open_links(context, child.id)
    assert (link.person_id, link.part) == (cast.pat.id, WorkflowRole.parent)
    assert results["done"] >= 1 and set(results) <= {"done", "ValidationFailed"}


def test_A6_an_organisations_queue_holds_a_child_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    team = cast.hana.principal.organisation_id or 0

    results = outcomes([cast.olu, cast.mary], lambda work: links.link_organisation(work, child.id, team))

    assert len(open_links(context, child.id)) == 1
    assert set(results) <= {"done", "ValidationFailed"} and results["done"] >= 1


@pytest.mark.parametrize("by_name", [True, False])
def test_A6_identical_requests_for_advice_are_one(
    context: AppContext, cast: Cast, make: Maker, by_name: bool
) -> None:
    child = make.child()
    whom = (
        {"person_id": cast.hana.id} if by_name else {"organisation_id": cast.hana.principal.organisation_id}
    )
    numbers: list[int] = []

    def ask(work: UnitOfWork) -> None:
        numbers.append(
            advice_requests.ask_for_advice(work, child.id, "advice_health", note="Please.", **whom).id
        )

    assert outcomes([cast.olu], ask) == {"done": MANY}
    assert len(set(numbers)) == 1, "each got the answer that the first got"
    with everything(context) as work:
        assert (
            len(work.session.scalars(select(Advice).where(Advice.child_id == child.id)).unique().all()) == 1
        )


def test_A6_another_officer_who_asks_for_the_same_reads_who_was_asked(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()

    def ask(work: UnitOfWork) -> None:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)

    assert at_once((cast.olu, ask), (cast.mary, ask)) == ["ValidationFailed", "done"]
    with (
        pytest.raises(ValidationFailed, match="has already been asked for this advice"),
        cast.mary.works() as work,
    ):
        advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", person_id=cast.ann.id, note="Again."
        )


def test_A6_a_child_in_the_queue_is_assigned_to_one_colleague(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    waiting = make.queue(child, cast.hana)

    results = outcomes([cast.hana, cast.idris], lambda work: links.take_up(work, waiting.id))

    (link,) = open_links(context, child.id)
    assert link.person_id in {cast.hana.id, cast.idris.id}
    assert results == {"done": MANY // 2, "ValidationFailed": MANY // 2}


def test_A6_two_coordinators_do_not_assign_one_childs_work_twice(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    link = make.link(child, cast.hana, through_queue=True)

    results = outcomes(
        [cast.hana, cast.idris],
        lambda work: links.assign(work, link.id, cast.idris.id, assigned_to=cast.hana.id),
    )

    assert [each.person_id for each in open_links(context, child.id)] == [cast.idris.id]
    assert results["done"] >= 1 and set(results) <= {"done", "ValidationFailed"}


def test_A6_a_colleague_is_brought_in_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.sana,))

    assert outcomes([cast.sana], lambda work: links.bring_in(work, child.id, cast.tom.id)) == {"done": MANY}
    assert len(open_links(context, child.id)) == 2


def test_A6_a_link_is_ended_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    link = make.link(child, cast.ann)
    counts: list[int] = []

    def end(work: UnitOfWork) -> None:
        links.end_link(work, link.id)
        counts.append(len(work.events))

    assert outcomes([cast.olu, cast.mary], end) == {"done": MANY}
    assert sum(counts) == 1, "the audit has it once"


def test_A6_advice_is_cancelled_once(context: AppContext, cast: Cast, make: Maker) -> None:
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)
    counts: list[int] = []

    def cancel(work: UnitOfWork) -> None:
        advice_requests.cancel_advice(work, advice.id)
        counts.append(len(work.events))

    assert outcomes([cast.olu, cast.mary], cancel) == {"done": MANY}
    assert sum(counts) == 1


def test_A6_of_two_decisions_about_a_registration_one_counts(context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        asked = work.add(
            Registration(
                email="new@somewhere.example", first_name="N", last_name="M", profession="school",
                job_title="SENCO", address="x", postcode="BD1 1HX", phone="0", state=RegistrationState.waiting,
            )
        )  # fmt: skip

    results = outcomes([cast.olu, cast.mary], lambda work: registrations.refuse(work, asked.id, "Not known."))

    assert results["done"] == 1
    assert set(results) <= {"done", "InvalidState"}


def test_A6_two_records_are_merged_once(context: AppContext, cast: Cast, make: Maker) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.ann,))

    results = outcomes([cast.olu, cast.mary], lambda work: duplicates.same_child(work, newer.id))

    assert results["done"] >= 1 and set(results) <= {"done", "Conflict", "InvalidState", "NotFound"}
    assert [link.person_id for link in open_links(context, older.id)] == [cast.ann.id]


def test_A9_no_link_is_made_to_an_account_that_is_being_closed(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    children = [make.child() for _ in range(10)]

    results = at_once(
        (cast.ines, lambda work: accounts.deactivate(work, cast.ann.id)),
        *(
            (cast.olu, lambda work, child=child: links.link_person(work, child.id, cast.ann.id))
            for child in children
        ),
    )

    assert set(results) <= {"done", "ValidationFailed"}
    left = [link.person_id for child in children for link in open_links(context, child.id)]
    assert cast.ann.id not in left, "each is in the queue, or was never made"


def test_A6_the_database_refuses_what_a_service_would_miss(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    for make_twice in (
        lambda: make.link(child, cast.ann),
        lambda: make.queue(child, cast.hana),
        lambda: make.advice(child, cast.ann, asked_person_id=cast.ann.id),
        lambda: make.advice(child, cast.hana, template="advice_health", author_id=None),
    ):
        make_twice()
        with pytest.raises(sa.exc.IntegrityError):
            make_twice()
    make.advice(child, cast.ann, FormState.submitted, asked_person_id=cast.ann.id)


ENDS = {
    "ended_at",
    "used_at",
    "closed_at",
    "accepted_at",
    "withdrawn_at",
    "decided_at",
    "removed_at",
    "state",
}
"""Columns that say whether a row is still open."""

REASONS = {
    "absence": "an officer may be covered by one colleague after another, and by several",
    "case_exception": "several exceptions may excuse one limit",
    "import_batch": "several files may be imported one after another, and an import is confirmed and undone once",
    "import_row": "each row of a file is imported once",
    "invitation": "an address is invited to a child once: the service renews the invitation that is open",
    "document": "a question may have up to 30 files at once",
    "log_in_challenge": "codes belong to a browser, and one person may log in with several",
    "log_in_session": "one person may be logged in on several devices",
    "mailed_link": "links are used up by a conditional update, and a newer one ends the older ones",
    "registration": "each is decided by a conditional update",
}
"""Tables in which several rows of one kind may be open, and why."""


def tables_with_an_open_state() -> Iterator[sa.Table]:
    return (table for table in Model.metadata.sorted_tables if ENDS & set(table.columns.keys()))


def has_partial_unique_index(table: sa.Table) -> bool:
    return any(
        index.unique and index.dialect_options["postgresql"]["where"] is not None for index in table.indexes
    )


def test_A6_every_table_with_an_open_state_has_an_index_or_a_reason() -> None:
    without = {table.name for table in tables_with_an_open_state() if not has_partial_unique_index(table)}
    assert without <= set(REASONS)
    assert set(REASONS) <= {table.name for table in tables_with_an_open_state()}
