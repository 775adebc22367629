"""The demo's cases, at different stages.

They are made by the demo's people through the ordinary use cases, days apart, so that audit log, messages and dates
are real.
"""

import secrets
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.cases import advice_requests, case_owners, children, decisions, links
from app.cases.cases import case_of_request
from app.cases.rules.hand_over import Chosen
from app.children.child_details import NewChild
from app.core.clock import FixedClock
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import Principal, Role, WorkflowRole
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.forms import drafts, returns, sharing, submissions
from app.forms.form_context import load_form_for_update
from app.forms.form_facts import known_facts
from app.forms.rules.sharing import SharingChoice
from app.messages import messages
from app.models import Child, ChildLink, Message, OutboxMail, Person
from app.seed.cast import CAST
from app.seed.filled import filled_answers


class Stage:
    """The demo's people, who act on days in the past."""

    def __init__(self, context: AppContext) -> None:
        self.real = context
        with context.database.open() as session:
            bypass_row_filter(session, "the demo's cast is looked up")
            found = {person.email: person for person in session.scalars(select(Person))}
            self.cast = {player.key: _principal(found[player.email], player.role) for player in CAST}

    def day(self, days_ago: int, key: str, hour: int = 10) -> "DayOfWork":
        """Return what this person can do on a day in the past."""
        then = self.real.clock.today() - timedelta(days=days_ago)
        clock = FixedClock(datetime.combine(then, time(hour, secrets.randbelow(50))))
        return DayOfWork(replace(self.real, clock=clock), self.cast[key])


class DayOfWork:
    """One person on one day."""

    def __init__(self, context: AppContext, who: Principal) -> None:
        self.context, self.who = context, who

    def add(
        self, forenames: str, surname: str, born: date, upn: str, nhs_number: str = ""
    ) -> tuple[int, int]:
        """Add a child, and return the ids of the child and the request."""
        typed = NewChild(
            forenames=forenames,
            surname=surname,
            date_of_birth=born,
            address="14 Beck Lane\nBradford",
            postcode="BD9 4NQ",
            upn=upn,
            upn_missing_reason="" if upn else "UNX",
            nhs_number=nhs_number,
        )
        with self.works() as work:
            request = children.add_child(work, typed)
            work.get(Child, request.child_id).created_at = work.now
            return request.child_id, request.id

    def works(self) -> AbstractContextManager[UnitOfWork]:
        """Open this person's unit of work."""
        return unit_of_work(self.context, self.who)

    def fill(self, form_id: int, sections: int | None = None) -> None:
        """Fill in the form, or its first sections."""
        with self.works() as work:
            opened = load_form_for_update(work, form_id)
            facts = known_facts(work, opened.form, opened.definition)
            given = filled_answers(
                opened.definition, facts, signed_by=self.who.name, signed_on=work.today.isoformat()
            )
        for section in [section.id for section in opened.sections][:sections]:
            self._fill_section(form_id, section, given.get(section, {}))
        if sections is None:
            self._fill_what_opened(form_id, given)

    def _fill_section(self, form_id: int, section: str, answers: dict[str, object]) -> None:
        with self.works() as work:
            opened = load_form_for_update(work, form_id)
            draft = opened.drafts.get(section)
            drafts.save_section(work, opened, section, answers, draft.version if draft else 0)

    def _fill_what_opened(self, form_id: int, given: dict[str, dict[str, object]]) -> None:
        with self.works() as work:
            opened = load_form_for_update(work, form_id)
            later = [section.id for section in opened.sections if section.id not in opened.drafts]
        for section in later:
            self._fill_section(form_id, section, given.get(section, {}))

    def send(self, form_id: int) -> None:
        """Fill in the form and send it."""
        self.fill(form_id)
        with self.works() as work:
            submissions.submit(work, form_id, secrets.token_hex(16))

    def ask(
        self, child_id: int, template: str, *, person: Principal | None = None, body: int | None = None
    ) -> int:
        """Ask a person, or an organisation's queue, for advice."""
        note = "Please say what you have seen, what is needed and what should be provided."
        with self.works() as work:
            return advice_requests.ask_for_advice(
                work,
                child_id,
                template,
                person_id=person.user_id if person else None,
                organisation_id=body,
                note=note,
            ).id


def seed_cases(context: AppContext) -> None:
    """Play the demo's cases, the oldest day first: messages are listed in the order they were written."""
    stage = Stage(context)
    _advice_overdue(stage)
    school_advice = _advice_being_given(stage)
    _a_returned_request(stage)
    stage.day(6, "sana", 20).send(school_advice)
    draft_child = _a_draft(stage)
    _a_new_request(stage)
    _a_question(stage, draft_child)
    with context.database.open() as session:
        bypass_row_filter(session, "the demo's seeded mail is not sent, and older messages are read")
        _tidy(session, context)


def _principal(person: Person, role: Role) -> Principal:
    membership = person.membership
    return Principal(
        person.id,
        person.name,
        frozenset({role}),
        person.profession,
        membership.organisation_id if membership is not None else None,
        is_confirmed=membership is not None and membership.confirmed_at is not None,
    )


def _a_draft(stage: Stage) -> int:
    child_id, request_id = stage.day(4, "sana", 20).add("Amina", "Shah", date(2017, 3, 14), "B801200005001")
    stage.day(4, "sana", 21).fill(request_id, sections=4)
    with stage.day(3, "sana").works() as work:
        links.bring_in(work, child_id, stage.cast["tom"].user_id)
    return child_id


def _a_question(stage: Stage, child_id: int) -> None:
    body = "Has Amina seen the speech and language therapist this term? If so, please add the report to the request."
    with stage.day(1, "olu", 14).works() as work:
        to = str(stage.cast["sana"].user_id)
        messages.write_about_child(
            work, child_id, to, "A question before you send", body, secrets.token_hex(16)
        )


def _a_new_request(stage: Stage) -> None:
    _, request_id = stage.day(2, "sana", 16).add("Yusuf", "Khan", date(2015, 9, 2), "", "9434765919")
    stage.day(2, "sana", 17).send(request_id)
    stage.day(1, "rhys").add("Yusuf", "Khan", date(2015, 9, 2), "", "9434765919")


def _a_returned_request(stage: Stage) -> None:
    _, request_id = stage.day(12, "rhys").add("Leo", "Barker", date(2012, 6, 21), "", "")
    stage.day(12, "rhys", 15).send(request_id)
    olu = stage.day(9, "olu")
    with olu.works() as work:
        opened = load_form_for_update(work, request_id)
        first, second = opened.sections[4].id, opened.sections[6].id
    with olu.works() as work:
        reasons = {
            first: "Please say what Leo finds hard in lessons, with an example from this term.",
            second: "Please add how long each step was tried and what changed.",
        }
        returns.send_back(work, request_id, 1, reasons)


def _assessing(stage: Stage, days_ago: int, child: tuple[str, str, date, str]) -> tuple[int, int]:
    child_id, request_id = stage.day(days_ago, "sana").add(*child)
    stage.day(days_ago, "sana", 15).send(request_id)
    with stage.day(days_ago - 5, "olu").works() as work:
        returns.accept(work, request_id, 1)
    with stage.day(days_ago - 20, "olu").works() as work:
        case = case_of_request(work, request_id)
        assert case is not None  # the request was sent  # noqa: S101
        case_owners.hand_over(work, [Chosen(case.id, case.owner_id)], work.me.user_id)
        decisions.agree_to_assess(work, case.id, decisions.Decided("Both legal tests are met."))
    with stage.day(days_ago - 20, "olu", 11).works() as work:
        sharing.set_sharing(work, request_id, SharingChoice(professionals=True))
    return child_id, request_id


def _link_parent(stage: Stage, days_ago: int, child_id: int, key: str, relationship: str) -> None:
    with stage.day(days_ago, "olu").works() as work:
        child = work.get(Child, child_id)
        work.add(
            ChildLink(
                child_id=child.id,
                person_id=stage.cast[key].user_id,
                part=WorkflowRole.parent,
                relationship_to_child=relationship,
                linked_by_id=work.me.user_id,
                taken_up_at=work.now,
            )
        )


def _advice_being_given(stage: Stage) -> int:
    """Add an assessment under way, and return the id of the school's advice, to be sent later."""
    child_id, _ = _assessing(stage, 38, ("Zofia", "Nowak", date(2016, 1, 30), "T380200026001"))
    _link_parent(stage, 18, child_id, "pat", "Mother")
    with stage.day(17, "pat").works() as work:
        consent_id = advice_requests.start_consent(work, child_id).id
    stage.day(17, "pat", 19).send(consent_id)
    olu = stage.day(17, "olu", 20)
    psychology = olu.ask(child_id, "advice_psychology", person=stage.cast["ann"])
    school = olu.ask(child_id, "advice_education", person=stage.cast["sana"])
    olu.ask(child_id, "advice_health", body=stage.cast["hana"].organisation_id)
    stage.day(13, "ann").fill(psychology, sections=3)
    return school


def _advice_overdue(stage: Stage) -> None:
    child_id, _ = _assessing(stage, 80, ("Maya", "Ali", date(2014, 11, 8), "H380400022017"))
    _link_parent(stage, 59, child_id, "quinn", "Father")
    olu = stage.day(58, "olu")
    psychology = olu.ask(child_id, "advice_psychology", person=stage.cast["ann"])
    olu.ask(child_id, "advice_social_care", person=stage.cast["sol"])
    stage.day(48, "ann").send(psychology)
    with stage.day(46, "olu").works() as work:
        returns.accept(work, psychology, 1)
    with stage.day(46, "olu", 11).works() as work:
        family = frozenset(each.link_id for each in sharing.family_of(work, child_id))
        sharing.set_sharing(work, psychology, SharingChoice(professionals=True, links=family))
    school = stage.day(39, "olu").ask(child_id, "advice_education", person=stage.cast["sana"])
    stage.day(39, "sana", 21).fill(school, sections=2)


def _tidy(session: Session, context: AppContext) -> None:
    session.execute(delete(OutboxMail).where(OutboxMail.sent_at.is_(None)))
    old = context.clock.now() - timedelta(days=7)
    session.execute(update(Message).where(Message.created_at < old).values(read_at=context.clock.now()))
    session.commit()
