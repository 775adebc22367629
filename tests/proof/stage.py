"""One story's portal and its model, kept alike, and what every act in it has in common."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from app.accounts.sessions import find_session, open_session
from app.core.errors import PortalError
from app.core.roles import Principal
from app.core.unit_of_work import Office, Work, unit_of_work
from app.documents.rules.upload_refusals import UploadError
from app.forms import drafts
from app.forms.definitions import FormDefinition
from app.forms.form_templates import definition_of
from app.forms.rules.workflow import FormState
from app.models import ChildLink, Form, SectionDraft
from app.seed.filled import filled_answers
from tests.browser import token_for
from tests.cast import Actor, Cast, everything
from tests.make import Maker
from tests.proof.model import Involved, Model, Paper, Record, Someone

ROLES = [{"professional"}, {"parent"}, {"sen_officer"}, {"sen_manager"}, {"admin"}]
STEADY = {"olu", "ines"}
"""An officer and an administrator who stay what they are, so that the story can go on."""
TEMPLATE = "advice_psychology"
REPORT = ("report", "report")
NEVER = 2_000_000_000


class Portal:
    """A fresh portal for one story, and everybody's own browser in it."""

    def __init__(self, app: Flask, database: Any) -> None:
        self.app, self.office = app, app.extensions["office"]
        database.fresh(self.office)
        self.cast = Cast(app)
        self.make = Maker(self.office, self.cast)
        self.numbers = {actor.key: actor.id for actor in self.cast}
        self.sids: dict[str, str] = {}

    def logs_in(self, key: str) -> None:
        """A new log-in, whatever became of the last."""
        with everything(self.office) as work:
            self.sids[key] = open_session(work, self.numbers[key], "email")

    def principal(self, key: str) -> Principal | None:
        """Who the portal holds them to be at this moment, by the log-in they have."""
        with self.office.database.open() as session:
            found = find_session(session, self.sids[key], self.office.clock.now())
            return found.principal if found else None

    def works(self, key: str) -> Any:
        """Their unit of work."""
        return unit_of_work(self.office, self.principal(key))

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
        self.office: Office = self.portal.office
        self.model = Model()
        self.chance = random.Random(7)
        for actor in self.portal.cast:
            self._knows(actor)
        make, cast = self.portal.make, self.portal.cast
        for author, parent in ((cast.sana, cast.pat), (cast.rhys, cast.quinn)):
            child = make.child()
            self.model.children[child.id] = Record()
            for actor, part in ((author, "author"), (parent, "parent")):
                link = make.link(child, actor)
                self.model.links[link.id] = Involved(
                    child.id, actor.key, actor.principal.organisation_id, part
                )
            self._paper(make.request(child, author))
            self._paper(make.advice(child, author, FormState.draft, template=TEMPLATE))

    # --- keeping the two alike ----------------------------------------------------------------------

    def _knows(self, actor: Actor) -> None:
        who = actor.principal
        self.model.people[actor.key] = Someone(
            actor.key, {role.name for role in who.roles}, who.organisation_id
        )
        self.portal.logs_in(actor.key)

    def _paper(self, form: Form) -> None:
        """A form, answered in full by whoever began it: what is tried here is who may read and send it."""
        with everything(self.office) as work:
            held = work.get(Form, form.id)
            definition: FormDefinition = definition_of(work.session, held)
            answers = filled_answers(definition)
            held.state = FormState.draft
            people = {number: key for key, number in self.portal.numbers.items()}
            self.model.papers[held.id] = Paper(
                held.child_id,
                held.kind,
                held.organisation_id,
                "draft",
                giver=people.get(held.author_id) if held.kind == "consent" else None,
                recorded=held.recorded_by_team,
            )
            for section in definition.sections:
                if section.id in answers:
                    typed = drafts.typed_in(section, answers[section.id])
                    draft = SectionDraft(
                        form_id=held.id,
                        section=section.id,
                        answers=typed,
                        saved_by_id=self.portal.numbers["olu"],
                        saved_at=work.now,
                    )
                    self.model.drafts[work.add(draft).id] = held.id

    def _number(self, table: Any, known: Any) -> list[int]:
        """The numbers of rows that are new since the model last looked."""
        with everything(self.office) as work:
            return sorted({row for (row,) in work.session.query(table.id)} - set(known))

    def acts(self, key: str, may: bool, act: Callable[[Work], Any]) -> bool:
        """Somebody does something in the portal; whether it was done is what the model says."""
        type(self).checked["done" if may else "refused"] += 1
        try:
            with self.portal.works(key) as work:
                act(work)
            done = True
        except (PortalError, UploadError):
            done = False
        assert done == may, f"{key} {'could' if done else 'could not'}, the model says otherwise"
        return done

    def _new_link(self, child: int, person: str | None, body: int | None, part: str = "author") -> None:
        [number] = self._number(ChildLink, self.model.links)
        self.model.links[number] = Involved(child, person, body, part)

    def someone(self, data: st.DataObject, *keys: str) -> Someone:
        return self.model.people[data.draw(st.sampled_from(sorted(keys or self.model.people)))]

    def one_of(self, data: st.DataObject, things: dict[int, Any]) -> int:
        return data.draw(st.sampled_from(sorted(things)))
