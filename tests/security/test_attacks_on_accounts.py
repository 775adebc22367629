"""Attacks on what an account leaves behind: invitations of a leaver, and invitations to one address at once."""

from dataclasses import replace
from datetime import UTC

import pyotp
import pytest
from sqlalchemy import select

from app.accounts import accounts, app_reset, own_account, sessions
from app.accounts.mailed_links import OpenLink
from app.cases import invitation_acceptance, invitations
from app.cases.invitations import Invited
from app.core.roles import Role
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import ChildLink, Invitation, LogInSession, MailedLink, Person, Purpose
from tests.cast import Cast, everything
from tests.make import Maker, parent
from tests.security.test_two_at_once import at_once


@pytest.mark.parametrize("recovery", ["log out everywhere", "closing"])
def test_A1_an_invitation_to_the_councils_staff_ends_with_the_account_that_sent_it(
    cast: Cast, context: AppContext, recovery: str
) -> None:
    """A stolen session of an administrator invites the thief; the owner then takes the account back."""
    with everything(context) as work:
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
        with unit_of_work(context, admin) as work:
            accounts.deactivate(work, cast.ines.id)
    else:
        with cast.ines.works() as work:
            sessions.end_mine(work)

    with everything(context) as work:
        waiting = work.session.scalars(select(Invitation).where(Invitation.withdrawn_at.is_(None))).all()
        assert list(waiting) == []


def test_A6_a_parents_and_a_staff_invitation_sent_at_once_do_not_mix(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    child = make.child()
    address = "one@council.bradford.example"
    at_once(
        (cast.olu, lambda work: invitations.invite(work, parent(child.id, "One", "Person", address))),
        (cast.ines, lambda work: invitations.invite(work, Invited(role=Role.sen_officer, email=address))),
    )
    with everything(context) as work:
        for each in work.session.scalars(select(Invitation)).all():
            each.first_name, each.last_name = "One", "Person"
        opened = [each.role for each in work.session.scalars(select(Invitation)).all()]
    with everything(context) as work:
        person = invitation_acceptance.accept(
            work, OpenLink(1, Purpose.invite, address, None, None, None), "x"
        )
        work.session.flush()
        linked = work.session.scalars(select(ChildLink).where(ChildLink.person_id == person.id)).all()
        roles = {role.name for role in person.roles}
        assert roles in ({"parent"}, {"sen_officer"}), opened
        assert not linked or roles == {"parent"}


def test_A1_an_invitation_to_staff_ends_with_the_role_that_sent_it(cast: Cast, context: AppContext) -> None:
    with cast.olu.works() as work:
        invitations.invite(
            work,
            Invited(
                role=Role.professional,
                email="second@eps.bradford.example",
                organisation_id=cast.ann.principal.organisation_id,
            ),
        )
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.olu.id, [Role.professional])
    with everything(context) as work:
        assert work.session.scalars(select(Invitation.withdrawn_at)).all() != [None]


def test_A1_a_link_that_removes_the_app_ends_when_the_app_is_set_up_again(
    cast: Cast, context: AppContext
) -> None:
    """The administrator allowed a reset, the owner found the phone; an hour in the mailbox is not enough afterwards."""
    with everything(context) as work:
        work.get(Person, cast.olu.id).totp_secret = "sealed"
    with cast.ines.works() as work:
        app_reset.allow(work, cast.olu.id, "She rang us.")
    with cast.olu.works() as work:
        log_in = sessions.hash_of(sessions.open_session(work, cast.olu.id, "app"))
        row = work.session.scalars(select(LogInSession).where(LogInSession.sid_hash == log_in)).one()
        row.proved_at, log_in_id = work.now, row.id
    with cast.olu.works() as work:
        sealed = own_account.new_app_secret(work)
        secret = own_account.app_secret_offered(work, sealed) or ""
        moment = work.now.replace(tzinfo=UTC)
        own_account.add_app(work, log_in_id, sealed, pyotp.TOTP(secret).at(moment))
    with everything(context) as work:
        open_still = select(MailedLink.id).where(
            MailedLink.purpose == Purpose.app_reset, MailedLink.used_at.is_(None)
        )
        assert work.session.scalars(open_still).all() == []
