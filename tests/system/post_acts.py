"""Files, messages and invitations, changed step by step."""

import io
import uuid

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.accounts.mailed_links import OpenLink
from app.cases import invitation_acceptance, invitations
from app.cases.invitations import Invited
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork, unit_of_work
from app.documents import documents
from app.forms import attachments
from app.forms.form_context import load_form_for_update
from app.messages import messages
from app.models import Document, Invitation, Message, Purpose
from tests.cast import everything
from tests.make import parent
from tests.system.model import File, Guest, Involved, Letter, Someone
from tests.system.stage import REPORT, SOME, Stage


class PostActs(Stage):
    """Files, messages, guests."""

    # --- files --------------------------------------------------------------------------------------

    @rule(data=st.data())
    def attach(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            return model.may_write(model.people[by], number)

        advice = {number: paper for number, paper in model.papers.items() if paper.kind == "advice"}
        by, number = self.tries(data, may, model.people, advice)
        received = documents.receive(self.context, "report.txt", io.BytesIO(b"What I saw."))
        if self.acts(
            by, may(by, number), lambda work: attachments.attach(work, load_form_for_update(work, number), *REPORT, received)
        ):  # fmt: skip
            [file] = self._new(Document, model.files)
            model.files[file] = File(number)
            if advice[number].state == "asked":
                advice[number].state = "draft"

    @precondition(lambda self: self.model.files)
    @rule(data=st.data())
    def take_off(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            file = model.files[number]
            return model.may_write(model.people[by], file.paper) and not file.removed

        by, number = self.tries(data, may, model.people, model.files)
        file = model.files[number]
        if self.acts(
            by,
            may(by, number),
            lambda work: attachments.take_off(work, load_form_for_update(work, file.paper), number),
        ):
            file.removed = True

    # --- messages -----------------------------------------------------------------------------------

    @rule(data=st.data())
    def write_to_team(self, data: st.DataObject) -> None:
        """About a child, or (0) about something else."""
        model = self.model

        def may(by: str, child: int) -> bool:
            who = model.people[by]
            return who.open and (child == 0 or model.reads_child(who, child))

        by, child = self.tries(data, may, model.people, {0, *model.children})
        about, key = child or None, uuid.uuid4().hex
        if self.acts(
            by,
            may(by, child),
            lambda work: messages.write_to_team(work, "Dates", "When?", key, about),
        ):
            self._letter(Letter(about, None, by, model.people[by].team))

    @rule(data=st.data())
    def team_writes(self, data: st.DataObject) -> None:
        """The SEN team writes to one person who is linked to the child."""
        model = self.model

        def may(by: str, whom: str, child: int) -> bool:
            to = model.people[whom]
            linked = to.open and by != whom and model.holds_link(to, child)
            return self.is_team(by) and self.in_use(child) and linked

        by, whom, child = self.tries(data, may, SOME, model.people, model.children)
        number, key = str(self.portal.numbers[whom]), uuid.uuid4().hex

        def act(work: UnitOfWork) -> None:
            messages.write_about_child(work, child, number, "Dates", "When?", key)

        if self.acts(by, may(by, whom, child), act):
            self._letter(Letter(child, whom, by, True))

    def _letter(self, letter: Letter) -> None:
        """The message that was written just now. Those that the portal writes are read by the same rules and left out."""
        with everything(self.context) as work:
            rows = work.session.query(Message.id).where(Message.event_key.like("written:%")).all()
        [number] = {row for (row,) in rows} - set(self.model.letters)
        self.model.letters[number] = letter

    # --- invitations --------------------------------------------------------------------------------

    @rule(data=st.data())
    def invite_parent_with_account(self, data: st.DataObject) -> None:
        """They are linked at once."""
        model = self.model

        def may(by: str, whom: str, child: int) -> bool:
            who = model.people[whom]
            fits = who.open and who.parent and not model.holds_link(who, child)
            return self.is_team(by) and self.in_use(child) and fits

        by, whom, child = self.tries(data, may, SOME, model.people, model.children)
        who = model.people[whom]
        invited = parent(child, *who.name.split(" ", 1), who.email, "Aunt", despite=True)
        if self.acts(by, may(by, whom, child), lambda work: invitations.invite(work, invited)):
            model.lift(child, whom, None)
            self._linked([Involved(child, whom, None, "parent")])

    @rule(data=st.data(), first=st.sampled_from(["Alma", "Bela", "Cora"]))
    def invite_parent(self, data: st.DataObject, first: str) -> None:
        """They get an invitation, one for each child."""
        model, email = self.model, f"{first.lower()}@mail.example"

        def may(by: str, child: int) -> bool:
            guests = model.guests.values()
            waits = any(guest.open and guest.email == email and guest.child == child for guest in guests)
            return self.is_team(by) and self.in_use(child) and not waits

        if any(each.email == email for each in model.people.values()):
            return
        by, child = self.tries(data, may, SOME, model.children)
        invited = parent(child, first, "Guest", email, "Aunt", despite=True)
        if self.acts(by, may(by, child), lambda work: invitations.invite(work, invited)):
            self._guest(Guest("parent", email, by, child, name=f"{first} Guest"))

    @rule(data=st.data())
    def invite_professional(self, data: st.DataObject) -> None:
        model, council = self.model, self.model.people["olu"].body

        def may(by: str, body: int) -> bool:
            who = model.people[by]
            fits = model.bodies[body] and body != council
            return who.open and (who.team or who.admin) and fits

        by, body = self.tries(data, may, SOME, model.bodies)
        email = f"{'abcdefghijklmnopqrstuvwxyz'[len(model.guests)] * 4}@work.example"
        invited = Invited(role=Role.professional, email=email, organisation_id=body)
        if self.acts(by, may(by, body), lambda work: invitations.invite(work, invited)):
            self._guest(Guest("professional", email, by, body=body))

    def _guest(self, guest: Guest) -> None:
        [number] = self._new(Invitation, self.model.guests)
        self.model.guests[number] = guest

    @precondition(lambda self: self.model.guests)
    @rule(data=st.data())
    def take_back_invitation(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            return model.guests[number].open and model.reads_guest(model.people[by], number)

        by, number = self.tries(data, may, SOME, model.guests)
        if self.acts(by, may(by, number), lambda work: invitations.withdraw(work, number)):
            model.guests[number].open = False

    @precondition(lambda self: any(guest.open for guest in self.model.guests.values()))
    @rule(data=st.data())
    def accept_invitation(self, data: st.DataObject) -> None:
        """By the person who has the mailed link: all that waits for that address. Inviting a professional confirms them."""
        model = self.model
        waiting = {number: guest for number, guest in model.guests.items() if guest.open}
        guest = waiting[data.draw(st.sampled_from(sorted(waiting)))]
        email, key = guest.email, f"new{len(model.people)}"
        link = OpenLink(0, Purpose.invite, email, None, None, "x")
        self.portal.passes()
        with everything(self.context) as work:
            invitation_acceptance.enter_details(work, email, "New", "Colleague", "Teacher")
        with unit_of_work(self.context, None) as work:
            person = invitation_acceptance.accept(work, link, "hash")
            number = person.id
        name = guest.name or "New Colleague"
        confirmed = guest.role == "professional"
        self._knows(Someone(key, {guest.role}, guest.body, name, email, confirmed), number)
        children = {each.child for each in waiting.values() if each.email == email and each.child}
        self._linked(Involved(child, key, None, "parent") for child in children)
        for each in model.guests.values():
            each.open = each.open and each.email != email
