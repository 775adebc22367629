"""A6, B10: one open invitation of an address, one confirmation, one account, however many press at once."""

from collections import Counter
from contextlib import AbstractContextManager

from sqlalchemy import func, select

from app.accounts.mailed_links import OpenLink, Purpose
from app.accounts.queries.addresses import person_with_email
from app.cases import invitation_acceptance, invitations, links
from app.cases.invitations import Invited
from app.core.roles import Role
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.models import ChildLink, Invitation, OutboxMail, Person
from tests.cast import Cast, everything
from tests.make import Maker, parent
from tests.security.test_one_open import MANY, outcomes
from tests.security.test_two_at_once import Deed, at_once


def open_ones(context: AppContext, letter: str) -> tuple[int, int]:
    """How many invitations are open, and how many mails of this kind were written."""
    with everything(context) as work:
        made = select(func.count()).select_from(Invitation).where(Invitation.withdrawn_at.is_(None))
        mailed = select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == letter)
        return work.session.scalar(made) or 0, work.session.scalar(mailed) or 0


def test_A6_twenty_parallel_posts_make_one_invitation(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    asked = parent(child.id, "Omar", "Shah", "omar@mail.example")

    results = outcomes([cast.olu], lambda work: invitations.invite(work, asked))

    assert results == {"done": MANY}, "the same request again gets the same answer"
    assert open_ones(context, "parent_invited") == (1, 1)


def test_A6_two_officers_at_once_make_one_invitation(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    asked = parent(child.id, "Omar", "Shah", "omar@mail.example")

    results = outcomes([cast.olu, cast.mary], lambda work: invitations.invite(work, asked))

    assert results["done"] == results["ValidationFailed"] == MANY // 2
    assert open_ones(context, "parent_invited") == (1, 1)


def test_B10_twenty_parallel_posts_make_one_invitation_of_a_member_of_staff(
    context: AppContext, cast: Cast
) -> None:
    asked = Invited(role=Role.sen_officer, email="new@council.bradford.example")

    outcomes([cast.ines], lambda work: invitations.invite(work, asked))

    assert open_ones(context, "account_invited") == (1, 1)


def test_B10_two_withdrawals_at_once_count_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    with cast.olu.works() as work:
        made = invitations.invite(work, parent(child.id, "Omar", "Shah", "omar@mail.example"))
        number = made.id

    def withdraw(work: UnitOfWork) -> None:
        invitations.withdraw(work, number)

    results = outcomes([cast.olu, cast.mary], withdraw)

    assert results["done"] == 1, results


def test_B10_a_parent_who_accepts_while_the_officer_withdraws_is_linked_or_not_at_all(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for attempt in range(4):
        child, email = make.child(), f"omar{attempt}@mail.example"
        with cast.olu.works() as work:
            number = invitations.invite(work, parent(child.id, "Omar", "Shah", email)).id

        results = accepted_and_withdrawn(context, cast, number, email)

        with everything(context) as work:
            invitation = work.get(Invitation, number)
            account = person_with_email(work.session, email)
            linked = account is not None and links.open_link_of(work, child.id, account.id, None) is not None
        assert results["done"] == 1, results
        assert (invitation.accepted_at is None) is not (invitation.withdrawn_at is None)
        assert (account is not None, linked) == (invitation.accepted_at is not None,) * 2


def test_B10_twenty_acceptances_at_once_open_one_account(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    with cast.olu.works() as work:
        invitations.invite(work, parent(child.id, "Omar", "Shah", "omar@mail.example"))

    results = Counter(at_once(*[(Stranger(context), accepting("omar@mail.example"))] * MANY))

    assert results["done"] == 1 and set(results) <= {"done", "Conflict", "DeadLink"}, results
    with everything(context) as work:
        people = work.session.scalars(select(Person.id).where(Person.email == "omar@mail.example")).all()
        linked = select(ChildLink.id).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        assert (len(people), len(work.session.scalars(linked).all())) == (1, 1)


class Stranger:
    """A person without an account."""

    def __init__(self, context: AppContext) -> None:
        self.context = context

    def works(self) -> AbstractContextManager[UnitOfWork]:
        return unit_of_work(self.context, None)


def accepting(email: str) -> Deed:
    link = OpenLink(0, Purpose.invite, email, None, None, "x")
    return lambda work: invitation_acceptance.accept(work, link, "hash")


def accepted_and_withdrawn(context: AppContext, cast: Cast, number: int, email: str) -> Counter[str]:
    """What came of accepting and withdrawing one invitation at the same moment."""
    withdraw: Deed = lambda work: invitations.withdraw(work, number)  # noqa: E731
    return Counter(at_once((Stranger(context), accepting(email)), (cast.olu, withdraw)))
