"""Forms, files, messages and invitations, changed step by step."""

import io
import uuid
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.accounts.mailed_links import OpenLink
from app.cases import advice_requests, invitations
from app.core.unit_of_work import Work, unit_of_work
from app.documents import documents
from app.forms import drafts, returns, sharing, submissions
from app.forms.form_context import take_up
from app.forms.rules.sharing import SharingChoice
from app.messages import messages
from app.models import ChildLink, Document, Form, Invitation, Message, Purpose
from tests.cast import everything
from tests.make import parent
from tests.proof.model import File, Guest, Involved, Letter, Someone
from tests.proof.stage import REPORT, TEMPLATE, Stage


class PaperActs(Stage):
    """Asking, sending, answering, sharing; files, letters, guests."""

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
        why = "Whoever works with the child is asked."
        ask = advice_requests.ask_for_advice
        self.acts("olu", True, lambda work: ask(work, child, TEMPLATE, person_id=number, adviser_reason=why))
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
        if self.acts(
            who.key, may, lambda work: advice_requests.start_consent(work, child, recorded=who.team)
        ):
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
            lambda work: submissions.submit(work, number, uuid.uuid4().hex),
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
            returns.accept(work, number, paper.sent) if accept else returns.send_back(
                work, number, paper.sent, reasons
            )

        if self.acts(who.key, self.model.may_answer(who, number), act):
            paper.state = "accepted" if accept else "returned"
            paper.shared = paper.shared if accept else set()

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        who, number = self.someone(data), self.one_of(data, self.model.papers)
        if self.acts(
            who.key,
            self.model.may_withdraw(who, number),
            lambda work: drafts.withdraw(work, number, "By telephone"),
        ):
            self.model.withdrawn(number)

    @rule(data=st.data(), professionals=st.booleans())
    def share(self, data: st.DataObject, professionals: bool) -> None:
        who, number = self.someone(data, "olu", "mary", "sana", "pat"), self.one_of(data, self.model.papers)
        paper = self.model.papers[number]
        family = sorted(
            each
            for each, link in self.model.links.items()
            if link.child == paper.child and link.part == "parent" and link.person and not link.ended
        )
        links = set(data.draw(st.lists(st.sampled_from(family), unique=True))) if family else set()
        links = set() if paper.kind == "consent" else links
        wanted: set[str | int] = {*links, *(["professionals"] if professionals else [])}
        open_now = {one for one in paper.shared if one == "professionals" or one in links | set(family)}
        choice = SharingChoice(professionals, frozenset(links), despite=frozenset(self.model.links))
        may = (
            who.open
            and who.team
            and (not wanted or paper.state in {"submitted", "accepted"} or wanted == open_now)
        )
        if self.acts(who.key, may, lambda work: sharing.set_sharing(work, number, choice)):
            if wanted != paper.shared:
                paper.rests = paper.kind != "consent" and self.model.is_in_force(paper.child)
            paper.shared = wanted

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
        parent_ = self.someone(data, "pat", "quinn")
        guests = [guest.email for guest in self.model.guests.values()]
        email = (
            getattr(self.portal.cast, parent_.key).email
            if known
            else f"guest{len(self.model.people)}@mail.example"
        )
        named = getattr(self.portal.cast, parent_.key).principal.name.split(" ", 1) if known else ("A", "B")
        may = who.open and who.team and self.model.children[child].merged is None
        if known:
            may = (
                may and parent_.open and "parent" in parent_.roles and not self.model.by_name(parent_, child)
            )
        elif any(guest.child == child and guest.email == email for guest in self.model.guests.values()):
            return
        if self.acts(
            who.key, may, lambda work: invitations.invite(work, parent(child, *named, email, "Aunt"))
        ):
            if known:
                self._new_link(child, parent_.key, None, "parent")
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
