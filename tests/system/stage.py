"""One story's portal and its model, compared after every act, and what every act in it has in common."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select, update

from app.accounts.sessions import find_session, open_session
from app.core.clock import FixedClock
from app.core.errors import PortalError
from app.core.roles import EDUCATION, Principal
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.documents.rules.upload_refusals import UploadError
from app.forms import drafts, submissions
from app.forms.definitions import FormDefinition
from app.forms.form_templates import definition_of
from app.forms.rules.workflow import FormState
from app.models import ChildLink, Form, LogInSession, Organisation, SectionDraft, Submission
from app.seed.filled import filled_answers
from tests.browser import token_for
from tests.cast import Cast, everything, membership_id_of, membership_of
from tests.conftest import MOMENT
from tests.make import Maker
from tests.system.consequences import RELAXED, World
from tests.system.model import Involved, Paper, Record, Someone

ROLES = [{"professional"}, {"professional"}, {"parent"}, {"sen_officer"}, {"sen_manager"}, {"admin"}]
STEADY = {"olu", "ines"}
"""An officer and an administrator who stay what they are, so that the story can go on."""
UNCONFIRMED = {"tom", "idris"}
"""They have registered, and wait until someone confirms that they work where they say."""
TEMPLATE = "advice_psychology"
REPORT = ("report", "report")
NEVER = 2_000_000_000
SOME = ["olu", "mary", "sana", "ann", "pat", "ines"]
"""One of each kind, for acts of which only few people are capable."""
BETWEEN_ACTS = 61
"""Seconds: an act repeated sooner is taken for the same press of a button."""


class Portal:
    """A fresh portal for one story, and everyone's own browser in it."""

    def __init__(self, app: Flask, database: Any) -> None:
        self.app, self.context = app, app.extensions["app_context"]
        self.clock: FixedClock = self.context.clock
        self.clock.forward(seconds=(MOMENT - self.clock.now()).total_seconds())
        database.fresh(self.context)
        self.cast = Cast(app)
        self.make = Maker(self.context, self.cast)
        self.numbers = {actor.key: actor.id for actor in self.cast}
        self.sids: dict[str, str] = {}

    def passes(self) -> None:
        """A minute goes by, in which everyone who is logged in is at work."""
        self.clock.forward(seconds=BETWEEN_ACTS)
        with everything(self.context) as work:
            work.session.execute(update(LogInSession).values(seen_at=work.now))

    def logs_in(self, *keys: str) -> None:
        """A new log-in, whatever became of the last."""
        with everything(self.context) as work:
            for key in keys:
                self.sids[key] = open_session(work, self.numbers[key], "email")

    def principal(self, key: str) -> Principal | None:
        """Who the portal takes them to be at this moment, by the log-in they have."""
        with self.context.database.open() as session:
            found = find_session(session, self.sids[key], self.context.clock.now())
            return found.principal if found else None

    def membership_id(self, key: str) -> int:
        """The membership of the organisation that they act for; 0 where they work for none."""
        return membership_id_of(self.context, self.numbers[key])

    def works(self, key: str) -> Any:
        """Their unit of work."""
        return unit_of_work(self.context, self.principal(key))

    def reads(self, key: str) -> Any:
        """The same, when nothing is to be changed."""
        return unit_of_work(self.context, self.principal(key), commit=False)

    def browser(self, key: str) -> Any:
        """Their browser, with the cookie of the log-in they have."""
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(sid=self.sids[key], _user_id=str(self.numbers[key]), _fresh=True)
        token_for(client, self.app)
        return client


class Stage(RuleBasedStateMachine):
    """The portal and the model before anything has happened."""

    begin: Callable[[], Portal]
    checked: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.portal = type(self).begin()
        self.context: AppContext = self.portal.context
        self.model = World()
        self.chance = random.Random(7)
        make, cast = self.portal.make, self.portal.cast
        self._enter_everyone()
        first, second = make.child(), make.child()
        for child, author, parent in ((first, cast.sana, cast.pat), (second, cast.rhys, cast.quinn)):
            self.model.children[child.id] = Record()
            for actor, part in ((author, "author"), (parent, "parent")):
                link = make.link(child, actor)
                body = actor.principal.organisation_id
                self.model.links[link.id] = Involved(child.id, actor.key, body, part)
            self._paper(make.request(child, author))
            self._paper(make.advice(child, author, FormState.draft, template=TEMPLATE))
        for child, actor, enter in ((first, cast.hana, make.queue), (second, cast.ann, make.link)):
            link, person = enter(child, actor), actor.key if enter == make.link else None
            self.model.links[link.id] = Involved(child.id, person, actor.principal.organisation_id)
            author = actor.id if person else None
            self._paper(make.advice(child, actor, template=TEMPLATE, author_id=author))
        for number in sorted(self.model.papers)[:2]:  # what is about the first child has been sent
            self._sends("sana", number, True)

    # --- what the portal has, entered in the model --------------------------------------------------

    def _enter_everyone(self) -> None:
        with everything(self.context) as work:
            for body in work.session.scalars(select(Organisation)):
                self.model.bodies[body.id] = True
                if body.kind in EDUCATION:
                    self.model.schools.add(body.id)
            for key in UNCONFIRMED:
                membership_of(work, self.portal.numbers[key]).confirmed_at = None
        for actor in self.portal.cast:
            who = actor.principal
            confirmed = who.is_confirmed and actor.key not in UNCONFIRMED
            roles = {role.name for role in who.roles}
            self._knows(
                Someone(
                    actor.key,
                    roles,
                    who.organisation_id,
                    who.name,
                    actor.email,
                    confirmed,
                    who.leads_organisation,
                ),
                actor.id,
            )

    def _knows(self, who: Someone, number: int) -> None:
        self.portal.numbers[who.key] = number
        self.model.people[who.key] = who
        self.model.accounts[number] = who.key
        self.portal.logs_in(who.key)

    def key_of(self, number: int | None) -> str | None:
        return None if number is None else self.model.accounts[number]

    def _paper(self, form: Form) -> None:
        """A form, answered in full by the person who began it: what is tried here is who may read and send it."""
        with everything(self.context) as work:
            held = work.get(Form, form.id)
            definition: FormDefinition = definition_of(work.session, held)
            answers = filled_answers(definition)
            held.state = FormState.draft
            self.model.papers[held.id] = Paper(
                held.child_id,
                held.kind,
                held.organisation_id,
                "draft",
                self.key_of(held.author_id),
                self.key_of(held.asked_person_id),
                held.statutory,
                recorded=held.recorded_by_team,
            )
            rows = [
                SectionDraft(
                    form_id=held.id,
                    section=section.id,
                    answers=drafts.editable_answers(section, answers[section.id]),
                    saved_by_id=self.portal.numbers["olu"],
                    saved_at=work.now,
                )
                for section in definition.sections
                if section.id in answers
            ]
            work.session.add_all(rows)
            work.session.flush()
            self.model.drafts |= {row.id: held.id for row in rows}

    def _begun(self) -> None:
        """The forms that were begun just now."""
        for number in self._new(Form, self.model.papers):
            with everything(self.context) as work:
                row = work.get(Form, number)
            self._paper(row)

    def _sent(self, form: int, version: int) -> None:
        [number] = self._new(Submission, self.model.versions)
        self.model.versions[number] = (form, version)

    def _sends(self, key: str, number: int, may: bool) -> None:
        """A form goes to the SEN team. A consent is shared with the professionals then."""
        paper, mark = self.model.papers[number], uuid.uuid4().hex
        if self.acts(key, may, lambda work: submissions.submit(work, number, mark)):
            paper.state, paper.sent = "submitted", paper.sent + 1
            self._sent(number, paper.sent)
            if paper.kind == "consent":
                paper.shared.add("professionals")
            for file in self.model.files.values():
                file.given = file.given or (file.paper == number and not file.removed)

    def _new(self, table: Any, known: Any) -> list[int]:
        """The numbers of rows that are new since the model last looked."""
        with everything(self.context) as work:
            return sorted({row for (row,) in work.session.query(table.id)} - set(known))

    def _linked(self, links: Iterable[Involved]) -> None:
        """The model says that these links were made; the portal has to have made them, and no others."""
        wanted = list(links)
        with everything(self.context) as work:
            for row in work.session.scalars(select(ChildLink).where(ChildLink.id.not_in(self.model.links))):
                made = (row.child_id, self.key_of(row.person_id), row.organisation_id)
                found = [link for link in wanted if (link.child, link.person, link.body) == made]
                assert found, f"the portal made a link of which the model does not know: {made}"
                self.model.links[row.id] = found[0]
                wanted.remove(found[0])
        assert not wanted, f"the portal did not make {wanted}"

    # --- acts ---------------------------------------------------------------------------------------

    def acts(self, key: str, may: bool, act: Callable[[UnitOfWork], Any]) -> bool:
        """Someone does something in the portal; whether it is done is what the model says."""
        type(self).checked["done" if may else "refused"] += 1
        self.portal.passes()
        why = ""
        try:
            with self.portal.works(key) as work:
                act(work)
            done = True
        except (PortalError, UploadError) as refusal:
            done, why = False, repr(refusal)
        assert done == may, f"{key} {'could' if done else 'could not'}, the model says otherwise {why}"
        return done

    def tries(
        self, data: st.DataObject, may: Callable[..., bool], *choices: Iterable[Any]
    ) -> tuple[Any, ...]:
        """One of all that could be tried with these people and rows: mostly what may be done, so that the story goes on;
        else what only one rule of the policy forbids, or anything."""
        every = list(product(*map(sorted, choices)))
        allowed = [each for each in every if may(*each)]
        kind = data.draw(st.integers(0, 4))
        if kind == 3:
            with self.model.without(data.draw(st.sampled_from(sorted(RELAXED)))):
                nearly = [each for each in every if may(*each) and each not in allowed]
            return data.draw(st.sampled_from(nearly or allowed or every))  # type: ignore[no-any-return]
        return data.draw(st.sampled_from(every if kind == 4 or not allowed else allowed))  # type: ignore[no-any-return]

    def in_use(self, child: int) -> bool:
        return self.model.children[child].merged is None

    def is_team(self, key: str) -> bool:
        who = self.model.people[key]
        return who.open and who.team
