"""Submit forms to the SEN team as unchangeable copies."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from app.children.rules.school_years import is_young_person
from app.core.errors import Incomplete, InvalidState
from app.core.events import FormEvent
from app.core.unit_of_work import UnitOfWork
from app.core.wording import Wording
from app.documents.tables import Document
from app.forms.confidentiality import note_contact_risk
from app.forms.definitions import Answers, FormDefinition, Problem, check_complete
from app.forms.events import (
    AdviceSubmitted,
    BroughtToAttention,
    ConsentRecorded,
    InformationSubmitted,
    RequestSubmitted,
)
from app.forms.form_context import FormContext, load_form_and_child_for_update
from app.forms.form_reactions import after_move, after_receipt
from app.forms.named_later import names_linked_professional, note_those_named
from app.forms.queries.forms import answers_of, last_number, sent_with
from app.forms.queries.shares import part_of_giver
from app.forms.rules.consent_givers import wrong_giver
from app.forms.rules.secrecy import CONTACT_FACTS, notes_contact_risk
from app.forms.sharing import share_consent
from app.forms.tables.forms import Request, Submission

SEND_KEY = re.compile(r"[0-9a-f]{32}")
SENT: Mapping[str, type[FormEvent]] = {
    "request": RequestSubmitted,
    "attention": BroughtToAttention,
    "advice": AdviceSubmitted,
    "information": InformationSubmitted,
    "consent": ConsentRecorded,
}


def submit(work: UnitOfWork, form_id: int, send_key: str) -> Submission:
    """Submit a form to the SEN team, the first time or after a return, and return the submission.

    `send_key` comes from the page it is sent from: pressing twice submits once. Raises Incomplete with every answer
    that is missing or wrong.
    """
    if not SEND_KEY.fullmatch(send_key):
        raise InvalidState("send_key")
    opened = load_form_and_child_for_update(work, form_id)
    before = sent_with(work.session, form_id, send_key)
    if before is not None:
        return before
    if opened.writable and (problems := missing(opened, work)):
        raise Incomplete(problems)
    step = opened.step("submit")
    submission = _snapshot(work, opened, send_key)
    _mark_files_sent(work, opened, submission)
    _record_year(work, opened, submission.answers)
    _stamp(work, opened)
    opened.form.state = step.end
    after_move(work, opened.form)
    if notes_contact_risk(submission.answers):
        note_contact_risk(work, opened.form.child)
    names_member = note_those_named(work, opened, submission.answers)
    if (
        opened.form.kind == "consent"
        and not names_member
        and not names_linked_professional(work, opened.form.child_id)
    ):
        share_consent(work, form_id, submission.number)
    work.record(SENT[opened.form.purpose](form_id=form_id, child_id=opened.form.child_id))
    return submission


def missing(opened: FormContext, work: UnitOfWork) -> list[Problem]:
    """Return every answer that is missing or wrong and so prevents the submission."""
    return [*check_complete(opened.definition, opened.answers, work.today), *_rights_not_passed(opened, work)]


def _rights_not_passed(opened: FormContext, work: UnitOfWork) -> list[Problem]:
    """Return the answers of a consent form that this person has no right to give."""
    if opened.form.kind != "consent":
        return []
    part = part_of_giver(work.session, opened.form.child_id, opened.form.author_id)
    of_age = is_young_person(opened.form.child.date_of_birth, work.today)
    problems = []
    for section in opened.sections:
        giver = (opened.answers.get(section.id) or {}).get(WHO_ANSWERS)
        if giver and (text := wrong_giver(giver, part, is_young_person=of_age)):
            problems.append(Problem(section.id, WHO_ANSWERS, None, None, Wording(text)))
    return problems


def answers_that_count(definition: FormDefinition, answers: Answers) -> dict[str, dict[str, Any]]:
    """Return the answers to the visible questions; a question hidden by a changed answer is not submitted."""
    return {
        section.id: {
            question.id: (answers.get(section.id) or {})[question.id]
            for question in section.visible_questions(answers)
            if question.id in (answers.get(section.id) or {})
        }
        for section in definition.visible_sections(answers)
    }


def answers_checksum(answers: Answers, form_checksum: str) -> str:
    """Return the checksum of the answers and of the wording they belong to."""
    content = json.dumps([form_checksum, answers], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _snapshot(work: UnitOfWork, opened: FormContext, send_key: str) -> Submission:
    answers = answers_that_count(opened.definition, opened.answers)
    before = last_number(work.session, opened.form.id)
    if before and opened.form.child.contact_risk:
        _carry_over_addresses(work, opened, answers, before)
    return work.add(
        Submission(
            form_id=opened.form.id,
            number=before + 1,
            answers=answers,
            checksum=answers_checksum(answers, opened.definition.checksum),
            send_key=send_key,
            submitted_by_id=work.me.user_id,
            submitted_at=work.now,
        )
    )


def _carry_over_addresses(
    work: UnitOfWork, opened: FormContext, answers: dict[str, dict[str, Any]], before: int
) -> None:
    """Copy the address of the version before into a corrected form whose author may no longer see the record's.

    The author sent that address and knows it; the SEN team must not lose it.
    """
    sent = answers_of(work.session, opened.form.id, before)
    for section in opened.sections:
        for question in section.questions:
            earlier = (sent.get(section.id) or {}).get(question.id)
            if question.fact in CONTACT_FACTS and earlier and not answers[section.id].get(question.id):
                answers[section.id][question.id] = earlier


def _mark_files_sent(work: UnitOfWork, opened: FormContext, submission: Submission) -> None:
    sent = [
        number
        for section in opened.sections
        for question in section.questions
        if question.kind == "files"
        for number in (submission.answers.get(section.id) or {}).get(question.id) or []
    ]
    if sent:
        given = update(Document).where(Document.id.in_(sent), Document.given_at.is_(None))
        work.session.execute(given.values(given_at=work.now))
        work.session.execute(
            update(Document).where(Document.id.in_(sent)).values(sent_number=submission.number)
        )


WHO_ANSWERS = "who"
"""The question of the consent form about who gives the answers."""

YEAR_TAUGHT = "actual_year"
"""The question of the request about the year group the child is taught in."""


def _record_year(work: UnitOfWork, opened: FormContext, answers: Answers) -> None:
    """Save the year group the child is taught in, which decides what advice must cover (Year 9)."""
    if opened.form.kind != "request":
        return
    values = [given[YEAR_TAUGHT] for given in answers.values() if given.get(YEAR_TAUGHT)]
    if values and re.fullmatch(r"-?[0-9]{1,2}", str(values[0])):
        opened.form.child.year_taught = int(values[0])
        opened.form.child.year_taught_on = work.today


def _stamp(work: UnitOfWork, opened: FormContext) -> None:
    form = opened.form
    form.submitted_at = work.now
    if form.received_on is None:
        form.received_on = work.today
        if isinstance(form, Request):
            after_receipt(work, form)
