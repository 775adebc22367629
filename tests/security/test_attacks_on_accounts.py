"""Attacks on what an account leaves behind: invitations of a leaver, and invitations to one address at once."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.roles import Role
from app.models import ChildLink, Invitation, Person, Purpose
from app.services import accounts, invitation_acceptance, invitations, sessions
from app.services.invitations import Invited
from app.services.mailed_links import OpenLink
from app.services.work import Office, unit_of_work
from tests.cast import Cast, everything
from tests.make import Maker, parent
from tests.security.test_two_at_once import at_once


@pytest.mark.parametrize("recovery", ["log out everywhere", "closing"])
def test_A1_an_invitation_to_the_councils_staff_ends_with_the_account_that_sent_it(
    cast: Cast, office: Office, recovery: str
) -> None:
    """A stolen session of an administrator invites the thief; the owner then takes the account back."""
    with everything(office) as work:
        work.get(Person, cast.mary.id).roles = list(work.get(Person, cast.ines.id).roles)
    with cast.ines.works() as work:
        invitations.invite(work, Invited(role=Role.sen_officer, email="thief@council.bradford.example"))
        invitations.invite(
            work,
            Invited(
                role=Role.professional,
                email="thief@eps.bradford.example",
                organisation_id=cast.ann.principal.organisation_id,
            ),
        )

    if recovery == "closing":
        admin = replace(cast.ines.principal, user_id=cast.mary.id)
        with unit_of_work(office, admin) as work:
            accounts.deactivate(work, cast.ines.id)
    else:
        with cast.ines.works() as work:
            sessions.end_mine(work)

    with everything(office) as work:
        waiting = work.session.scalars(select(Invitation).where(Invitation.withdrawn_at.is_(None))).all()
        assert list(waiting) == []


def test_A6_a_parents_and_a_staff_invitation_sent_at_once_do_not_mix(
    cast: Cast, make: Maker, office: Office
) -> None:
    child = make.child()
    address = "one@council.bradford.example"
    at_once(
        (cast.olu, lambda work: invitations.invite(work, parent(child.id, "One", "Person", address))),
        (cast.ines, lambda work: invitations.invite(work, Invited(role=Role.sen_officer, email=address))),
    )
    with everything(office) as work:
        for each in work.session.scalars(select(Invitation)).all():
            each.first_name, each.last_name = "One", "Person"
        opened = [each.role for each in work.session.scalars(select(Invitation)).all()]
    with everything(office) as work:
        person = invitation_acceptance.accept(
            work, OpenLink(1, Purpose.invite, address, None, None, None), "x"
        )
        work.session.flush()
        linked = work.session.scalars(select(ChildLink).where(ChildLink.person_id == person.id)).all()
        roles = {role.name for role in person.roles}
        assert roles in ({"parent"}, {"sen_officer"}), opened
        assert not linked or roles == {"parent"}
