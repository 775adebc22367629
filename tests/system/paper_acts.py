"""Forms, changed step by step: asked for, sent, answered, decided, shared and withdrawn."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.cases import advice_requests, decisions, returned_forms
from app.cases.cases import case_of_request
from app.cases.decisions import Decided
from app.core.unit_of_work import UnitOfWork
from app.forms import drafts, returns, sharing
from app.forms.rules.sharing import SharingChoice
from app.models import FormReturn
from tests.cast import everything
from tests.system.model import DECIDED, OPEN, RECEIVED, SHAREABLE, Involved, Paper
from tests.system.stage import SOME, TEMPLATE, Stage

ANSWERED = {"submitted", "accepted"}


class PaperActs(Stage):
    """Asking, sending, answering, deciding, sharing."""

    def _of_kind(self, kind: str) -> dict[int, Paper]:
        return {number: paper for number, paper in self.model.papers.items() if paper.kind == kind}

    def _is_awaited(self, child: int, body: int, whom: str | None) -> bool:
        """The same advice, of the same person or organisation. It is statutory once the council assesses."""
        of_child = [paper for paper in self.model.papers.values() if paper.child == child]
        statutory = any(paper.outcome == "assessing" for paper in of_child)
        return any(
            paper.kind == "advice" and (paper.body, paper.statutory) == (body, statutory)
            and paper.state in OPEN and (whom is None or whom in (paper.author, paper.asked))
            for paper in of_child
        )  # fmt: skip

    @rule(data=st.data())
    def ask_person(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, whom: str, child: int) -> bool:
            who = model.people[whom]
            fits = model.may_be_linked(who) and not self._is_awaited(child, who.body or 0, whom)
            return self.is_team(by) and self.in_use(child) and fits

        by, whom, child = self.tries(data, may, SOME, model.people, model.children)
        number, who = self.portal.numbers[whom], model.people[whom]

        def act(work: UnitOfWork) -> None:
            advice_requests.ask_for_advice(
                work, child, TEMPLATE, person_id=number, adviser_reason="They know the child", despite=True
            )

        if self.acts(by, may(by, whom, child), act):
            if not model.holds_link(who, child):
                model.lift(child, whom, None)
                self._linked([Involved(child, whom, who.body)])
            self._begun()

    @rule(data=st.data())
    def ask_organisation(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, body: int, child: int) -> bool:
            fits = model.bodies[body] and not self._is_awaited(child, body, None)
            return self.is_team(by) and self.in_use(child) and fits

        by, body, child = self.tries(data, may, SOME, model.bodies, model.children)

        def act(work: UnitOfWork) -> None:
            advice_requests.ask_for_advice(
                work,
                child,
                TEMPLATE,
                organisation_id=body,
                adviser_reason="They know the child",
                despite=True,
            )

        if self.acts(by, may(by, body, child), act):
            if not model.in_queue(child, body):
                model.lift(child, None, body)
                self._linked([Involved(child, None, body)])
            self._begun()

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        def may(by: str, number: int) -> bool:
            return self.is_team(by) and self.model.papers[number].state in OPEN | {"cancelled"}

        by, number = self.tries(data, may, SOME, self._of_kind("advice"))
        if self.acts(by, may(by, number), lambda work: advice_requests.cancel_advice(work, number)):
            self.model.papers[number].state = "cancelled"

    @rule(data=st.data(), recorded=st.booleans())
    def start_consent(self, data: st.DataObject, recorded: bool) -> None:
        """A parent begins their own; the SEN team asks one for theirs, or writes down what one says, also one without an
        account. Who has begun goes on with the same form."""
        model = self.model

        def may(by: str, child: int) -> bool:
            who = model.people[by]
            of_family = recorded or bool(self._family(child))
            begins = who.parent and model.by_name(who, child) and not recorded
            return model.reads_child(who, child) and ((who.team and of_family) or begins)

        by, child = self.tries(data, may, model.people, model.children)
        who, family = model.people[by], sorted(self._family(child))
        of = (
            data.draw(st.sampled_from([*([None] if recorded or not family else []), *family]))
            if who.team
            else None
        )
        giver = model.links[of].person if of else None if who.team else by
        begun = any(
            paper.child == child and paper.author == giver
            and paper.state in ({"draft", "submitted"} if giver else {"draft"})
            for paper in self._of_kind("consent").values()
        )  # fmt: skip
        done = self.acts(
            by, may(by, child), lambda work: advice_requests.start_consent(work, child, of, recorded=recorded)
        )  # fmt: skip
        if done and not begun:
            self._begun()

    def _family(self, child: int) -> dict[int, Involved]:
        return {
            number: link
            for number, link in self.model.links.items()
            if link.child == child and link.part == "parent" and not link.ended
        }

    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        model = self.model

        def may(by: str, number: int) -> bool:
            return model.may_send(model.people[by], number)

        by, number = self.tries(data, may, model.people, model.papers)
        self._sends(by, number, may(by, number))

    @precondition(lambda self: any(each.state in ANSWERED for each in self.model.papers.values()))
    @rule(data=st.data(), verb=st.sampled_from(["accept", "send_back", "undo_accept"]))
    def answer(self, data: st.DataObject, verb: str) -> None:
        """The SEN team accepts what was sent or returns it, which ends the sharing; or takes back that it accepted it."""
        model = self.model

        def may(by: str, number: int) -> bool:
            if verb == "undo_accept":
                return self.is_team(by) and model.papers[number].state == "accepted"
            return model.may_answer(model.people[by], number)

        by, number = self.tries(data, may, SOME, model.papers)
        paper, reasons = model.papers[number], {"": "Please say more"}
        acts = {
            "accept": lambda work: returns.accept(work, number, paper.sent),
            "send_back": lambda work: returned_forms.send_back(work, number, paper.sent, reasons),
            "undo_accept": lambda work: returns.undo_accept(work, number, paper.sent),
        }
        if self.acts(by, may(by, number), acts[verb]):
            paper.state = {"accept": "accepted", "send_back": "returned", "undo_accept": "submitted"}[verb]
            if verb == "send_back":
                self._returned(number)

    def _returned(self, number: int) -> None:
        """Sharing has ended, and someone of the organisation gets it."""
        paper = self.model.papers[number]
        paper.shared = set()
        [reason] = self._new(FormReturn, self.model.reasons)
        self.model.reasons[reason] = number
        if paper.body is not None:
            self._linked(self.model.see_to(paper.child, paper.body))

    @precondition(
        lambda self: any(each.state in RECEIVED | DECIDED for each in self._of_kind("request").values())
    )
    @rule(data=st.data(), agrees=st.booleans())
    def decide(self, data: st.DataObject, agrees: bool) -> None:
        """Whether the council will assess: for a request it has received, also one that it returned. What was decided
        can be corrected."""
        papers = self.model.papers

        def may(by: str, number: int) -> bool:
            return self.is_team(by) and papers[number].state in RECEIVED | DECIDED

        by, number = self.tries(data, may, SOME, self._of_kind("request"))
        decide = decisions.agree_to_assess if agrees else decisions.decline_to_assess
        decided = Decided(f"These reasons: {uuid.uuid4().hex}", correction_reason="A mistake")

        with everything(self.context) as work:
            case = case_of_request(work, number)

        def act(work: UnitOfWork) -> None:
            if papers[number].state in DECIDED:
                decisions.correct_decision(work, case.id if case else 0, agrees, decided)
            else:
                decide(work, case.id if case else 0, Decided(decided.reason))

        if self.acts(by, may(by, number), act):
            papers[number].state, papers[number].outcome = (
                "decided",
                "assessing" if agrees else "not_assessing",
            )

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """A consent that is withdrawn ends what rested on it."""
        model = self.model

        def may(by: str, number: int) -> bool:
            return model.may_withdraw(model.people[by], number)

        by, number = self.tries(data, may, model.people, model.papers)
        paper = model.papers[number]
        if self.acts(by, may(by, number), lambda work: drafts.withdraw(work, number, "By telephone")):
            paper.state, paper.shared = "withdrawn", set()
            for other in model.papers.values() if paper.kind == "consent" else ():
                if other.child == paper.child and other.rests:
                    other.shared.discard("professionals")

    @rule(data=st.data(), professionals=st.booleans(), files=st.booleans(), rests=st.booleans())
    def share(self, data: st.DataObject, professionals: bool, files: bool, rests: bool) -> None:
        model = self.model

        def right(number: int) -> bool:
            paper = model.papers[number]
            states = {
                other.state for other in self._of_kind("consent").values() if other.child == paper.child
            }
            withdrawn = "withdrawn" in states and "submitted" not in states
            on_withdrawn = professionals and rests and paper.kind != "consent" and withdrawn
            return paper.state in SHAREABLE and not on_withdrawn

        def may(by: str, number: int) -> bool:
            return self.is_team(by) and right(number)

        by, number = self.tries(data, may, SOME, model.papers)
        paper = model.papers[number]
        family = sorted(self._family(paper.child)) if paper.kind != "consent" else []
        links = set(data.draw(st.lists(st.sampled_from(family), unique=True))) if family else set()
        wanted: set[str | int] = {*links, *(["professionals"] if professionals else [])}
        choice = SharingChoice(professionals, frozenset(links), files, rests, frozenset(model.links))
        same = wanted == paper.shared and (
            not wanted or (files == paper.with_files and (rests == paper.rests or not professionals))
        )
        allowed = self.is_team(by) and (not wanted or same or right(number))
        if self.acts(by, allowed, lambda work: sharing.set_sharing(work, number, choice)) and not same:
            paper.shared, paper.with_files = wanted, files
            paper.rests = rests and professionals and paper.kind != "consent"
