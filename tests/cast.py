"""The cast at work and at the browser."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from email import message_from_bytes, policy
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts import acting_for
from app.accounts.queries.people import readers
from app.accounts.saved_submissions import FormOwner, form_mark
from app.accounts.sessions import hash_of, open_session
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import Principal, Role
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.models import LogInSession, Membership, Person
from app.operations.preparation import prepare
from app.seed.cast import CAST
from app.seed.people import seed_people
from tests.browser import post_with_token

PASSWORD = "three-herons-by-the-beck"
CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)


def seed_template(app: Flask) -> None:
    """Prepare the database every test starts from."""
    context: AppContext = app.extensions["app_context"]
    with app.app_context():
        prepare(context)
        with context.database.open() as session:
            bypass_row_filter(session, "the tests' cast is seeded")
            seed_people(session, context.clock, hash_for_tests(app))
            session.commit()


def hash_for_tests(app: Flask) -> str:
    """The cast's password, hashed cheaply."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def mail_codes(context: AppContext, email: str) -> list[str]:
    """The security codes mailed to this address, oldest first. Nothing is delivered by asking."""
    found = []
    for path in context.notification_service.settings.mail_dir.glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        if mail["To"] == email and body is not None and (code := CODE.search(body.get_content())):
            found.append((path.stat().st_mtime_ns, code[1]))
    return [code for _, code in sorted(found)]


class Actor:
    """One person of the cast."""

    def __init__(self, app: Flask, key: str, principal: Principal, email: str) -> None:
        self.app, self.key, self.principal, self.email = app, key, principal, email
        self.id = principal.user_id

    @property
    def membership_id(self) -> int:
        """The membership of the organisation that they act for at this moment."""
        return membership_id_of(self.app.extensions["app_context"], self.id)

    def joins(self, organisation_id: int, *, confirmed: bool = True, **columns: Any) -> int:
        """They work for one more organisation; gives the number of the membership."""
        with everything(self.app.extensions["app_context"]) as work:
            given = {"person_id": self.id, "organisation_id": organisation_id, "job_title": "SENCO"}
            membership = Membership(**(given | columns), confirmed_at=work.now if confirmed else None)
            return int(work.add(membership).id)

    def acts_for(self, organisation_id: int) -> None:
        """They act for another of their organisations from now on."""
        with self.works() as work:
            memberships = work.get(Person, self.id).memberships
            chosen = next(each.id for each in memberships if each.organisation_id == organisation_id)
            acting_for.act_for(work, chosen)
        with self.app.extensions["app_context"].database.engine.connect() as connection:
            self.principal = readers(connection, {self.id})[self.id].principal

    def works(self) -> AbstractContextManager[UnitOfWork]:
        """Their own unit of work."""
        return unit_of_work(self.app.extensions["app_context"], self.principal)

    def browser(self, proved: bool = True) -> FlaskClient:
        """A browser in which they are logged in (the log-in itself is tested in tests/web/test_log_in.py) and, with
        `proved`, have just proved again who they are (tests/security/test_recovery.py)."""
        with self.works() as work:
            sid = open_session(work, self.id, "email")
            mine = select(LogInSession).where(LogInSession.sid_hash == hash_of(sid))
            work.session.scalars(mine).one().proved_at = work.now if proved else None
            acts_for = work.get(Person, self.id).membership
            organisation_id = acts_for.organisation_id if acts_for is not None else None
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["sid"] = sid
            cookie["_user_id"] = str(self.id)
            cookie["_fresh"] = True
            cookie["csrf_token"] = form_mark(self.app.extensions["app_context"], self.id, organisation_id)
        return client

    def half_way(self, client: FlaskClient | None = None, path: str = "/login/") -> FlaskClient:
        """A browser in which they gave their email address and password, and were sent a code."""
        client = client or self.app.test_client()
        answer = post_with_token(client, self.app, path, {"email": self.email, "password": PASSWORD})
        assert answer.status_code == 302 and answer.location == "/login/code", answer.text
        return client

    def code(self) -> str:
        """The newest security code in their mailbox."""
        return mail_codes(self.app.extensions["app_context"], self.email)[-1]

    def logs_in(self, client: FlaskClient | None = None) -> FlaskClient:
        """A browser in which they logged in as people do: password, then the code from the mail."""
        client = self.half_way(client)
        answer = post_with_token(client, self.app, "/login/code", {"code": self.code()})
        assert answer.status_code == 302 and answer.location == "/", answer.text
        return client


class Cast:
    """The people of app/seed/cast.py by key (cast.ann, cast.olu), and a browser without a log-in (anonymous())."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        context: AppContext = app.extensions["app_context"]
        with context.database.open() as session:
            bypass_row_filter(session, "tests look up their cast")
            people = {person.email: person for person in session.scalars(select(Person))}
            self._actors = {player.key: self._actor(player.key, people[player.email]) for player in CAST}

    def _actor(self, key: str, person: Person) -> Actor:
        roles = frozenset(Role[row.name] for row in person.roles)
        works_for = person.membership
        principal = Principal(
            person.id,
            person.name,
            roles,
            person.profession,
            works_for.organisation_id if works_for is not None else None,
            is_confirmed=works_for is not None and works_for.confirmed_at is not None,
            leads_organisation=works_for is not None and works_for.leads,
        )
        return Actor(self._app, key, principal, person.email)

    def __getattr__(self, key: str) -> Actor:
        try:
            return self.__dict__["_actors"][key]  # type: ignore[no-any-return]
        except KeyError as missing:
            raise AttributeError(key) from missing

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._actors.values())

    def anonymous(self) -> FlaskClient:
        """A browser in which no one is logged in."""
        return self._app.test_client()


def owner(actor: Actor) -> FormOwner:
    """This person as the owner of a form on a page that they open now."""
    return FormOwner(actor.id, actor.principal.organisation_id)


def membership_id_of(context: AppContext, person_id: int) -> int:
    """The membership of the organisation that a person acts for at this moment; 0 for a person who works nowhere."""
    with context.database.open() as session:
        bypass_row_filter(session, "tests look up who works where")
        acted_for = select(Membership.id).where(Membership.person_id == person_id, Membership.acted_for)
        return session.scalars(acted_for).one_or_none() or 0


def membership_of(work: UnitOfWork, person_id: int) -> Membership:
    """The membership of the organisation that a person acts for."""
    acted_for = select(Membership).where(Membership.person_id == person_id, Membership.acted_for)
    return work.session.scalars(acted_for).one()


@contextmanager
def everything(context: AppContext) -> Iterator[UnitOfWork]:
    """A look at the database without a row filter, to check what is really there."""
    with unit_of_work(context, None) as work:
        bypass_row_filter(work.session, "a test checks what is really there")
        yield work
