"""The story that Hypothesis tells, step by step, in the portal and in the model at once."""

import io
import random
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.errors import NotFound, PortalError
from app.domain.forms import FormDefinition
from app.domain.roles import Principal, Role
from app.domain.uploads import UploadError
from app.domain.workflow import FormState
from app.models import Child, ChildLink, Document, Form, Invitation, Message, Person, Purpose, SectionDraft
from app.seed.filled import filled_answers
from app.services import (
    accounts,
    asking,
    children,
    documents,
    duplicates,
    filling,
    invitations,
    links,
    messages,
    returning,
    sending,
    sharing,
)
from app.services.form_templates import definition_of
from app.services.mailed_links import OpenLink
from app.services.open_forms import look_at, take_up
from app.services.sessions import find_session, open_session
from app.services.work import Office, Work, unit_of_work
from tests.browser import token_for
from tests.cast import Actor, Cast, everything
from tests.make import Maker
from tests.proof.model import File, Guest, Involved, Letter, Model, Paper, Record, Someone

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


class Story(RuleBasedStateMachine):
    """What people do. `acts` says of each act whether it may succeed; the portal must agree."""

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
            definition: FormDefinition = definition_of(held)
            answers = filled_answers(definition)
            held.state = FormState.draft
            self.model.papers[held.id] = Paper(held.child_id, held.kind, held.organisation_id, "draft")
            for section in definition.sections:
                if section.id in answers:
                    typed = filling.typed_in(section, answers[section.id])
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

    # --- who is involved ----------------------------------------------------------------------------

    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        by, whom, child = self.someone(data), self.someone(data), self.one_of(data, self.model.children)
        fits = (
            whom.open
            and whom.body is not None
            and "professional" in whom.roles
            and not self.model.by_name(whom, child)
        )
        may = by.open and by.team and self.model.children[child].merged is None and fits
        number = self.portal.numbers[whom.key]
        if self.acts(by.key, may, lambda work: links.link_person(work, child, number)):
            self._new_link(child, whom.key, whom.body)

    @rule(data=st.data())
    def queue(self, data: st.DataObject) -> None:
        by, child = self.someone(data, "olu", "sana", "ines"), self.one_of(data, self.model.children)
        body = self.someone(data, "sana", "rhys", "ann", "hana", "sol").body
        waits = any(
            link.child == child and link.body == body and link.person is None and not link.ended
            for link in self.model.links.values()
        )
        may = (
            by.open
            and by.team
            and self.model.children[child].merged is None
            and not waits
            and body is not None
        )
        if self.acts(by.key, may, lambda work: links.link_organisation(work, child, body or NEVER)):
            self._new_link(child, None, body)

    @rule(data=st.data())
    def take_up(self, data: st.DataObject) -> None:
        waiting = {
            number: link for number, link in self.model.links.items() if link.person is None
        } or self.model.links
        number = self.one_of(data, waiting)
        who, link = self.someone(data), self.model.links[number]
        may = (
            who.open and "professional" in who.roles and who.body is not None and link.body == who.body
            and link.person is None and not link.ended
        )  # fmt: skip
        already = self.model.by_name(who, link.child)
        if self.acts(who.key, may, lambda work: links.take_up(work, number)):
            if already:
                link.ended = True
            else:
                link.person = who.key

    @rule(data=st.data())
    def bring_in(self, data: st.DataObject) -> None:
        who, colleague, child = self.someone(data), self.someone(data), self.one_of(data, self.model.children)
        may = (
            who.open and colleague.open and "professional" in who.roles and "professional" in colleague.roles
            and who.body is not None and who.body == colleague.body
            and self.model.reads_child(who, child) and self.model.by_name(who, child) and not self.model.by_name(colleague, child)
        )  # fmt: skip
        number = self.portal.numbers[colleague.key]
        if self.acts(who.key, may, lambda work: links.bring_in(work, child, number)):
            self._new_link(child, colleague.key, colleague.body)

    @rule(data=st.data())
    def end_link(self, data: st.DataObject) -> None:
        who, number = self.someone(data), self.one_of(data, self.model.links)
        link = self.model.links[number]
        if self.acts(
            who.key, who.open and who.team and not link.ended, lambda work: links.end_link(work, number)
        ):
            link.ended = True

    @rule(data=st.data())
    def step_back(self, data: st.DataObject) -> None:
        number = self.one_of(data, self.model.links)
        link = self.model.links[number]
        who = self.someone(data, *([link.person] if link.person and data.draw(st.booleans()) else []))
        may = (
            who.open and "professional" in who.roles and link.person == who.key and not link.ended
            and self.model.reads_link(who, number) and self.model.reads_child(who, link.child)
        )  # fmt: skip
        owed = any(
            paper.child == link.child and paper.body == link.body and paper.state in {"asked", "draft", "returned"}
            and self.model.writes_for(who, paper) for paper in self.model.papers.values()
        )  # fmt: skip
        others = any(
            other.child == link.child and other.body == link.body and not other.ended and other is not link
            for other in self.model.links.values()
        )  # fmt: skip
        if self.acts(who.key, may, lambda work: links.step_back(work, number)):
            link.ended = True
            if owed and link.body is not None and not others:
                self._new_link(link.child, None, link.body)

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        alone = [number for number, record in self.model.children.items() if record.merged is None]
        newer, older = max(alone), min(alone)
        who = self.someone(data, "olu", "sana", "pat", "ines")
        if newer == older:
            return
        with everything(self.office) as work:
            work.get(Child, newer).possible_duplicate_of_id = older
        if not self.acts(who.key, who.team, lambda work: duplicates.same_child(work, newer)):
            return
        there = [link for link in self.model.links.values() if link.child == older and not link.ended]
        for link in self.model.links.values():
            if link.child == newer:
                twice = any(
                    kept.person == link.person and (link.person or kept.body == link.body) for kept in there
                )
                link.ended = link.ended or twice
        for things in (self.model.links, self.model.papers, self.model.letters, self.model.guests):
            for thing in things.values():
                thing.child = older if thing.child == newer else thing.child
        self.model.children[newer].merged = older

    @rule(data=st.data())
    def add_child(self, data: st.DataObject) -> None:
        who = self.someone(data, "sana", "rhys", "ann", "pat")
        typed = children.NewChild(
            forenames="Ada", surname=f"Byrne{uuid.uuid4().hex}", date_of_birth=self.office.clock.today().replace(year=2016),
            address="1 Mill Row", postcode="BD9 4NQ", upn_missing_reason="not_known",
        )  # fmt: skip
        teaches = who.key in {"sana", "rhys"}
        may = who.open and who.roles == {"professional"} and who.body is not None and teaches
        if self.acts(who.key, may, lambda work: children.add_child(work, typed)):
            [child] = self._number(Child, self.model.children)
            self.model.children[child] = Record()
            self._new_link(child, who.key, who.body)
            [form] = self._number(Form, self.model.papers)
            with everything(self.office) as work:
                row = work.get(Form, form)
            self._paper(row)

    # --- who somebody is ----------------------------------------------------------------------------

    @rule(data=st.data(), roles=st.sampled_from(ROLES))
    def change_roles(self, data: st.DataObject, roles: set[str]) -> None:
        by, whom = self.someone(data, "ines", "ines", "olu", "sana"), self.someone(data)
        if whom.key in STEADY:
            return
        may = by.key == "ines"
        wanted, number = [Role[name] for name in roles], self.portal.numbers[whom.key]
        if self.acts(
            by.key,
            may or (by.open and by.roles == {"admin"} and by is not whom),
            lambda work: accounts.set_roles(work, number, wanted),
        ):
            whom.roles = set(roles)

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        whom = self.someone(data)
        if whom.key in STEADY:
            return
        number = self.portal.numbers[whom.key]
        self.acts("ines", True, lambda work: accounts.deactivate(work, number))
        whom.open = False

    @precondition(lambda self: any(not each.open for each in self.model.people.values()))
    @rule(data=st.data())
    def open_again(self, data: st.DataObject) -> None:
        whom = self.someone(data, *(key for key, each in self.model.people.items() if not each.open))
        number = self.portal.numbers[whom.key]
        self.acts("ines", True, lambda work: accounts.reactivate(work, number))
        assert self.portal.principal(whom.key) is None, "a log-in from before came back to life"
        whom.open = True
        self.portal.logs_in(whom.key)

    @rule(data=st.data())
    def move_to_another_organisation(self, data: st.DataObject) -> None:
        """There is no screen for it yet: whoever runs the portal changes the row."""
        whom = self.someone(data, "tom", "bob", "hana", "sol", "sana", "ann")
        whom.body = self.someone(data, "sana", "rhys", "ann", "hana", "sol").body
        with everything(self.office) as work:
            work.get(Person, self.portal.numbers[whom.key]).organisation_id = whom.body

    # --- forms --------------------------------------------------------------------------------------

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        whom, child = (
            self.someone(data, "ann", "bob", "hana", "sol", "tom"),
            self.one_of(data, self.model.children),
        )
        linked, number = self.model.by_name(whom, child), self.portal.numbers[whom.key]
        fits = whom.body is not None and (linked or (whom.open and "professional" in whom.roles))
        if self.model.children[child].merged is not None or not fits or any(
            paper.child == child and paper.body == whom.body and paper.kind == "advice" for paper in self.model.papers.values()
        ):  # fmt: skip
            return
        self.acts("olu", True, lambda work: asking.ask_for_advice(work, child, TEMPLATE, person_id=number))
        if not linked:
            self._new_link(child, whom.key, whom.body)
        [form] = self._number(Form, self.model.papers)
        with everything(self.office) as work:
            row = work.get(Form, form)
        self._paper(row)

    @rule(data=st.data())
    def start_consent(self, data: st.DataObject) -> None:
        who, child = self.someone(data), self.one_of(data, self.model.children)
        record = self.model.children[child]
        may = (
            self.model.reads_child(who, child)
            and record.merged is None
            and (who.team or "parent" in who.roles)
        )
        if self.acts(who.key, may, lambda work: asking.start_consent(work, child)):
            for form in self._number(Form, self.model.papers):
                with everything(self.office) as work:
                    row = work.get(Form, form)
                self._paper(row)

    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        who, number = self.someone(data), self.one_of(data, self.model.papers)
        paper = self.model.papers[number]
        if self.acts(
            who.key,
            self.model.may_send(who, number),
            lambda work: sending.submit(work, number, uuid.uuid4().hex),
        ):
            paper.state, paper.sent = "submitted", paper.sent + 1
            if paper.kind == "consent":
                paper.shared.add("professionals")
            for file in self.model.files.values():
                file.given = file.given or (file.paper == number and not file.removed)

    @rule(data=st.data(), accept=st.booleans())
    def answer(self, data: st.DataObject, accept: bool) -> None:
        who, number = (
            self.someone(data, "olu", "mary", "sana", "pat", "ann"),
            self.one_of(data, self.model.papers),
        )
        paper, reasons = self.model.papers[number], {"": "Please say more"}

        def act(work: Work) -> None:
            returning.accept(work, number, paper.sent) if accept else returning.send_back(
                work, number, paper.sent, reasons
            )

        if self.acts(who.key, self.model.may_answer(who, number), act):
            paper.state = "accepted" if accept else "returned"

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        who, number = self.someone(data), self.one_of(data, self.model.papers)
        if self.acts(
            who.key, self.model.may_withdraw(who, number), lambda work: filling.withdraw(work, number)
        ):
            self.model.papers[number].state = "withdrawn"

    @rule(data=st.data(), wanted=st.sets(st.sampled_from(["professionals", "parents"])))
    def share(self, data: st.DataObject, wanted: set[str]) -> None:
        who, number = self.someone(data, "olu", "mary", "sana", "pat"), self.one_of(data, self.model.papers)
        paper = self.model.papers[number]
        may = who.open and who.team and (wanted <= paper.shared or paper.state in {"submitted", "accepted"})
        if self.acts(who.key, may, lambda work: sharing.set_sharing(work, number, wanted)):
            paper.shared = set(wanted)

    # --- files, messages, invitations ---------------------------------------------------------------

    @rule(data=st.data())
    def attach(self, data: st.DataObject) -> None:
        advice = {number: paper for number, paper in self.model.papers.items() if paper.kind == "advice"}
        who, number = self.someone(data), self.one_of(data, advice)
        received = documents.receive(self.office, "report.txt", io.BytesIO(b"What I saw."))
        if self.acts(
            who.key,
            self.model.may_write(who, number),
            lambda work: documents.attach(work, number, *REPORT, received),
        ):
            [file] = self._number(Document, self.model.files)
            self.model.files[file] = File(number)
            if advice[number].state == "asked":
                advice[number].state = "draft"

    @precondition(lambda self: self.model.files)
    @rule(data=st.data())
    def take_off(self, data: st.DataObject) -> None:
        who, number = self.someone(data), self.one_of(data, self.model.files)
        file = self.model.files[number]
        may = self.model.may_write(who, file.paper) and not file.removed
        if self.acts(who.key, may, lambda work: documents.take_off(work, take_up(work, file.paper), number)):
            file.removed = True

    @rule(data=st.data(), about=st.booleans())
    def write_to_team(self, data: st.DataObject, about: bool) -> None:
        who, child = self.someone(data), self.one_of(data, self.model.children) if about else None
        may = who.open and (child is None or self.model.reads_child(who, child))
        if self.acts(
            who.key, may, lambda work: messages.write_to_team(work, "Dates", "When?", uuid.uuid4().hex, child)
        ):
            self._letters(lambda _row: Letter(child, None, who.key, who.team))

    @rule(data=st.data())
    def team_writes(self, data: st.DataObject) -> None:
        who, whom, child = (
            self.someone(data, "olu", "mary", "ann"),
            self.someone(data),
            self.one_of(data, self.model.children),
        )
        number = self.portal.numbers[whom.key]
        may = (
            who.open and who.team and self.model.children[child].merged is None
            and whom.open and self.model.by_name(whom, child)
        )  # fmt: skip
        if self.acts(
            who.key,
            may,
            lambda work: messages.write_about_child(
                work, child, str(number), "Dates", "When?", uuid.uuid4().hex
            ),
        ):
            self._letters(lambda _row: Letter(child, whom.key, who.key, True) if whom is not who else None)

    def _letters(self, of: Callable[[int], Letter | None]) -> None:
        """The messages that were written by hand; those the portal wrote are read by the same rules and left aside."""
        with everything(self.office) as work:
            rows = work.session.query(Message.id).where(Message.event_key.like("written:%")).all()
        for number in {row for (row,) in rows} - set(self.model.letters):
            letter = of(number)
            assert letter is not None
            self.model.letters[number] = letter

    @rule(data=st.data(), known=st.booleans())
    def invite(self, data: st.DataObject, known: bool) -> None:
        who, child = self.someone(data, "olu", "mary", "sana", "pat"), self.one_of(data, self.model.children)
        parent = self.someone(data, "pat", "quinn")
        guests = [guest.email for guest in self.model.guests.values()]
        email = (
            getattr(self.portal.cast, parent.key).email
            if known
            else f"guest{len(self.model.people)}@mail.example"
        )
        may = who.open and who.team and self.model.children[child].merged is None
        if known:
            may = may and parent.open and "parent" in parent.roles and not self.model.by_name(parent, child)
        elif any(guest.child == child and guest.email == email for guest in self.model.guests.values()):
            return
        if self.acts(
            who.key, may, lambda work: invitations.invite_parent(work, child, "A", "B", email, "Aunt")
        ):
            if known:
                self._new_link(child, parent.key, None, "parent")
            else:
                [number] = self._number(Invitation, self.model.guests)
                self.model.guests[number] = Guest(child, email)
        assert len(guests) <= len(self.model.guests)

    @precondition(lambda self: any(guest.email for guest in self.model.guests.values()))
    @rule(data=st.data(), accepted=st.booleans())
    def end_invitation(self, data: st.DataObject, accepted: bool) -> None:
        """It is accepted by whoever has the link, or taken back by the SEN team."""
        number = self.one_of(data, {each: guest for each, guest in self.model.guests.items() if guest.email})
        guest = self.model.guests[number]
        if not accepted:
            who = self.someone(data, "olu", "sana", "pat")
            if self.acts(who.key, who.open and who.team, lambda work: invitations.withdraw(work, number)):
                guest.email = ""
            return
        with unit_of_work(self.office, None) as work:
            person = invitations.accept(
                work, OpenLink(0, Purpose.invite, guest.email, None, None, "x"), "hash"
            )
            key = f"guest{len(self.model.people)}"
        self.portal.numbers[key] = person.id
        self.model.people[key] = Someone(key, {"parent"}, None)
        self.portal.logs_in(key)
        email, to = (
            guest.email,
            {each.child for each in self.model.guests.values() if each.email == guest.email},
        )
        with everything(self.office) as work:
            rows = (
                work.session.query(ChildLink.id, ChildLink.child_id)
                .where(ChildLink.person_id == person.id)
                .all()
            )
        assert {child for _, child in rows} == to
        for link, child in rows:
            self.model.links[link] = Involved(child, key, None, "parent")
        for each in self.model.guests.values():
            each.email = "" if each.email == email else each.email

    # --- what must hold after every step ------------------------------------------------------------

    @invariant()
    def the_portal_answers_as_the_model_says(self) -> None:
        model = self.model
        kinds: list[tuple[Any, dict[int, Any], Callable[[Someone, int], bool]]] = [
            (Child, model.children, model.reads_child), (ChildLink, model.links, model.reads_link),
            (Form, model.papers, model.reads_paper), (SectionDraft, model.drafts, model.reads_draft),
            (Document, model.files, model.reads_file), (Message, model.letters, model.reads_letter),
            (Invitation, model.guests, model.reads_guest),
        ]  # fmt: skip
        for key in self.chance.sample(sorted(model.people), 3):
            who = model.people[key]
            with self.portal.works(key) as work:
                for table, things, reads in kinds:
                    for number in self.chance.sample(sorted(things), min(3, len(things))):
                        self._same(
                            key,
                            f"reads {table.__name__} {number}",
                            _finds(work, table, number),
                            reads(who, number),
                        )
                for number in self.chance.sample(sorted(model.papers), 2):
                    self._same(
                        key, f"writes form {number}", _writes(work, number), model.may_write(who, number)
                    )
            self._asks_at_the_door(who)

    def _asks_at_the_door(self, who: Someone) -> None:
        """One page or file, as the browser gets it; what is not theirs is answered like what never was."""
        model, browser = self.model, self.portal.browser(who.key)
        places = [
            ("/children/{}", model.children, model.reads_child),
            ("/messages/{}", model.letters, model.reads_letter),
        ]
        sent = {number: paper for number, paper in model.papers.items() if paper.sent}
        places += [
            ("/forms/{}/read", sent, model.reads_paper),
            ("/documents/{}/download", model.files, model.reads_file),
        ]
        path, things, reads = self.chance.choice([place for place in places if place[1]])
        number = self.chance.choice(sorted(things))
        with browser.get(path.format(number)) as answer:
            status = answer.status_code
        opens = reads(who, number) and "admin" not in who.roles
        self._same(who.key, f"opens {path.format(number)}", status == 200, opens)
        if not opens:
            with browser.get(path.format(NEVER)) as answer:
                assert answer.status_code == status, (
                    f"{path}: {status}, and {answer.status_code} for what never was"
                )

    def _same(self, key: str, what: str, portal: bool, model: bool) -> None:
        type(self).checked["may" if model else "may not"] += 1
        assert portal == model, f"{key} {what}: the portal says {portal}, the model {model}"


def _finds(work: Work, table: Any, number: int) -> bool:
    if work.who is None:
        return False
    try:
        work.get(table, number)
    except NotFound:
        return False
    return True


def _writes(work: Work, number: int) -> bool:
    if work.who is None:
        return False
    try:
        return look_at(work, number).writable
    except NotFound:
        return False


def story_of(begin: Callable[[], Portal]) -> type[Story]:
    """The story, each time in a portal of its own."""
    return type("StoryInAPortal", (Story,), {"begin": staticmethod(begin), "checked": Counter()})
