"""Administrators: what they may do to accounts, and who hears of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import accounts
from app.core.errors import Forbidden, PortalError
from app.core.roles import Role
from app.core.unit_of_work import AppContext
from app.models import AuditRow, Message, Person
from tests.cast import Actor, Cast, everything
from tests.mailbox import Mailbox, text_of


def team_letters(context: AppContext) -> list[str]:
    with everything(context) as work:
        return list(work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))))


@pytest.mark.parametrize(
    ("whom", "roles", "letters"),
    [
        ("sol", [Role.sen_officer], ["roles_changed"]),
        ("olu", [Role.sen_officer, Role.sen_manager], ["roles_changed"]),
        ("mary", [Role.professional], ["roles_changed", "membership_awaited"]),
        ("bob", [Role.admin], ["roles_changed"]),
        ("sol", [Role.parent], []),
    ],
)
def test_the_team_hears_when_an_administrator_changes_who_sees_every_child(
    context: AppContext, cast: Cast, mailbox: Mailbox, whom: str, roles: list[Role], letters: list[str]
) -> None:
    actor: Actor = getattr(cast, whom)
    before = sorted(role.name for role in actor.principal.roles)
    with cast.ines.works() as work:
        accounts.set_roles(work, actor.id, roles)

    assert team_letters(context) == letters
    assert "roles" in mailbox.last(actor.email)["Subject"] and cast.ines.principal.name not in text_of(
        mailbox.last(actor.email)
    )
    with everything(context) as work:
        row = work.session.scalars(select(AuditRow).where(AuditRow.event == "RolesChanged")).one()
    assert row.actor_id == cast.ines.id
    assert (row.facts["before"], row.facts["roles"]) == (before, sorted(role.name for role in roles))


@pytest.mark.parametrize("who", ["ann", "olu", "mary", "pat"])
def test_only_an_administrator_closes_an_account_or_gives_a_role(cast: Cast, who: str) -> None:
    """Access control refuses them as well (the access matrix); this is the use case's own check."""
    for deed in (
        accounts.deactivate,
        accounts.reactivate,
        lambda work, person: accounts.set_roles(work, person, [Role.parent]),
    ):
        with pytest.raises(Forbidden), getattr(cast, who).works() as work:
            deed(work, cast.bob.id)


def test_two_administrators_who_close_each_others_account_at_once_leave_one(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.bob.id, [Role.admin])
    start = Barrier(2)

    def close(pair: tuple[Actor, Actor]) -> str:
        start.wait()
        try:
            with pair[0].works() as work:
                accounts.deactivate(work, pair[1].id)
            return "closed"
        except PortalError:
            return "refused"

    bob = Cast(app).bob
    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(close, [(cast.ines, bob), (bob, cast.ines)]))

    assert results == ["closed", "refused"]
    with everything(context) as work:
        still = select(func.count(Person.id)).where(Person.active.is_(True), Person.roles.any(name="admin"))
        assert work.session.scalar(still) == 1
