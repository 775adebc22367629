"""A6, B10: one open invitation of an address, one confirmation, one account, however many press at once."""

from sqlalchemy import func, select

from app.domain.roles import Role
from app.models import Invitation, OutboxMail
from app.services import invitations
from app.services.invitations import Invited
from app.services.work import Office, Work
from tests.cast import Cast, everything
from tests.make import Maker, parent
from tests.security.test_one_open import MANY, outcomes


def open_ones(office: Office, letter: str) -> tuple[int, int]:
    """How many invitations are open, and how many mails of this kind were written."""
    with everything(office) as work:
        made = select(func.count()).select_from(Invitation).where(Invitation.withdrawn_at.is_(None))
        mailed = select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == letter)
        return work.session.scalar(made) or 0, work.session.scalar(mailed) or 0


def test_A6_twenty_parallel_posts_make_one_invitation(office: Office, cast: Cast, make: Maker) -> None:
    child = make.child()
    asked = parent(child.id, "Omar", "Shah", "omar@mail.example")

    said = outcomes([cast.olu], lambda work: invitations.invite(work, asked))

    assert said == {"done": MANY}, "the same request again gets the same answer"
    assert open_ones(office, "parent_invited") == (1, 1)


def test_A6_two_officers_at_once_make_one_invitation(office: Office, cast: Cast, make: Maker) -> None:
    child = make.child()
    asked = parent(child.id, "Omar", "Shah", "omar@mail.example")

    said = outcomes([cast.olu, cast.mary], lambda work: invitations.invite(work, asked))

    assert said["done"] == said["Refused"] == MANY // 2
    assert open_ones(office, "parent_invited") == (1, 1)


def test_B10_twenty_parallel_posts_make_one_invitation_of_a_member_of_staff(
    office: Office, cast: Cast
) -> None:
    asked = Invited(role=Role.sen_officer, email="new@council.bradford.example")

    outcomes([cast.ines], lambda work: invitations.invite(work, asked))

    assert open_ones(office, "account_invited") == (1, 1)


def test_B10_acceptance_and_withdrawal_at_once_do_not_both_count(
    office: Office, cast: Cast, make: Maker
) -> None:
    child = make.child()
    with cast.olu.works() as work:
        made = invitations.invite(work, parent(child.id, "Omar", "Shah", "omar@mail.example"))
        number = made.id

    def withdraw(work: Work) -> None:
        invitations.withdraw(work, number)

    said = outcomes([cast.olu, cast.mary], withdraw)

    assert said["done"] == 1, said
