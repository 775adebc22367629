"""Prepare the form pages: tasks, sections, missing answers and files, as texts and links."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for

from app.cases.duty_rules import due_date
from app.core.clock import in_london
from app.core.unit_of_work import UnitOfWork
from app.forms import submissions
from app.forms.definitions import Problem, Section, SectionStatus, check_draft
from app.forms.form_context import FormContext
from app.forms.queries.forms import returns_of, sections_set_aside
from app.forms.returns import still_as_sent
from app.forms.rules.workflow import FormState
from app.models import Document, DocumentState, Form, FormReturn, Person, SectionDraft
from app.views.forms.form_fields import SectionForm, section_form
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_datetime, uk_time

Context = dict[str, Any]


EVERYTHING, ANSWERS = "all", "answers"
"""Which errors a section shows when opened: all that prevent sending the form, or only invalid answers."""


def section_url(form_id: int, section: str, anchor: str = "", check: str | None = None) -> str:
    """Return the address of one section, or of one field in it; with `check`, the page shows its errors."""
    return url_for("FormView.section", form_id=form_id, section=section, check=check, _anchor=anchor or None)


def problems_asked_for(
    work: UnitOfWork, opened: FormContext, section: Section, check: str | None
) -> list[Problem]:
    """Return the errors that the link to this section asks to show."""
    if check == EVERYTHING:
        return [one for one in submissions.missing(opened, work) if one.section_id == section.id]
    return _wrong(work, opened, section) if check == ANSWERS else []


def _wrong(work: UnitOfWork, opened: FormContext, section: Section) -> list[Problem]:
    return check_draft(section, opened.answers.get(section.id) or {}, opened.answers, work.today)


def saved_line(work: UnitOfWork, draft: SectionDraft | None) -> str:
    """Return a line such as "Tom Ellis saved this section at 9:05pm", or "" before the first save."""
    if draft is None:
        return ""
    when = moment(work, draft.saved_at)
    if draft.saved_by_id == work.me.user_id:
        return _("You saved this section %(when)s", when=when)
    return _("%(name)s saved this section %(when)s", name=name_of(draft.saved_by), when=when)


def moment(work: UnitOfWork, at: datetime) -> str:
    """Return "at 9:05pm" for today, "on 3 May 2026 at 9:05pm" for any other day."""
    if in_london(at).date() == work.today:
        return _("at %(time)s", time=uk_time(at))
    return _("on %(moment)s", moment=uk_datetime(at))


def name_of(person: Person | None) -> str:
    """Return the person's name, or "A colleague" when the reader may not see it."""
    return person.name if person is not None else _("A colleague")


def task_page(work: UnitOfWork, opened: FormContext) -> Context:
    """Return the sections, what was asked, the reasons for a return, and the colleagues who work on it."""
    reasons = reasons_for(work, opened)
    statuses = {section.id: opened.status(section, work).value for section in opened.sections}
    as_sent = still_as_sent(work, opened, reasons[0]["number"]) if reasons else set()
    statuses |= {
        line["section"]: "to_correct" for line in reasons if line["section"] in as_sent & set(statuses)
    }
    tasks = [
        {
            "text": translated(section.title),
            "href": _task_url(work, opened, section, statuses[section.id]),
            "status": statuses[section.id],
            "hint": saved_line(work, opened.drafts.get(section.id)),
        }
        for section in opened.sections
    ]
    aside = set(sections_set_aside(work.session, opened.form.id, work.me.user_id))
    return {
        "opened": opened,
        "form": opened.form,
        "six_weeks_end": _six_weeks_end(work, opened.form),
        "tasks": tasks,
        "done": sum(status == SectionStatus.completed.value for status in statuses.values()),
        "reasons": reasons,
        "colleagues": _colleagues(work, opened.drafts.values()),
        "aside": [section for section in opened.sections if section.id in aside],
    }


def _six_weeks_end(work: UnitOfWork, form: Form) -> date | None:
    """Return the last day in law of advice for which another day was agreed; None for other forms."""
    if form.asked_on is None or not form.due_reason:
        return None
    return due_date(work.session, "give_advice", form.asked_on)


def _task_url(work: UnitOfWork, opened: FormContext, section: Section, status: str) -> str:
    """Return the address of the section, or of its first invalid field where the task list shows a problem."""
    if status != SectionStatus.problem.value:
        return section_url(opened.form.id, section.id)
    wrong = _wrong(work, opened, section)
    return section_url(opened.form.id, section.id, wrong[0].anchor if wrong else "", ANSWERS)


def _colleagues(work: UnitOfWork, drafts: Iterable[SectionDraft]) -> list[tuple[str, str]]:
    """Return who else has saved something in this draft, and when they last did."""
    last: dict[int, SectionDraft] = {}
    for draft in drafts:
        if draft.saved_by_id != work.me.user_id:
            newest = last.get(draft.saved_by_id, draft)
            last[draft.saved_by_id] = max(newest, draft, key=lambda one: one.saved_at)
    return [(name_of(draft.saved_by), moment(work, draft.saved_at)) for draft in last.values()]


def reasons_for(work: UnitOfWork, opened: FormContext) -> list[Context]:
    """Return the reasons why the form was returned, until it is sent again."""
    if opened.form.state is not FormState.returned:
        return []
    returns = returns_of(work.session, opened.form.id)
    last = max((one.submission_number for one in returns), default=0)
    return [_reason_line(opened, one) for one in returns if one.submission_number == last]


def _reason_line(opened: FormContext, one: FormReturn) -> Context:
    sections = {section.id: section for section in opened.sections}
    section = sections.get(one.section or "")
    return {
        "section": one.section,
        "title": translated(section.title) if section else "",
        "href": section_url(opened.form.id, section.id) if section else None,
        "reason": one.reason,
        "number": one.submission_number,
    }


def section_page(
    work: UnitOfWork,
    opened: FormContext,
    section: Section,
    problems: Sequence[Problem] = (),
    file_faults: Mapping[str, str] | None = None,
) -> Context:
    """Return one section with its fields and errors."""
    form = section_form(section, opened.answers, problems)
    for question in form.asked:
        if question.kind == "files":
            form.values[question.id] = [file_line(one) for one in opened.files(question.id)]
    form.faults.update(file_faults or {})
    draft = opened.drafts.get(section.id)
    ids = [one.id for one in opened.sections]
    return {
        "opened": opened,
        "section": section,
        "questions": form,
        "version": draft.version if draft else 0,
        "saved_line": saved_line(work, draft),
        "place": (ids.index(section.id) + 1, len(ids)),
        "reasons": [one for one in reasons_for(work, opened) if one["section"] == section.id],
        "errors": _section_errors(form),
        "has_files": any(question.kind == "files" for question in form.asked),
    }


def _section_errors(form: SectionForm) -> list[Context]:
    return [{"text": translated(text), "href": f"#{anchor}"} for anchor, text in form.faults.items()]


def file_line(one: Document) -> Context:
    """Return a file for the list on a page."""
    waiting = one.state is DocumentState.received
    return {
        "id": one.id,
        "name": one.name,
        "size": one.size,
        "href": None if waiting else url_for("DocumentView.download", document_id=one.id),
        "status": _("Being checked for viruses") if waiting else None,
    }


def missing_lines(opened: FormContext, problems: Iterable[Problem]) -> list[Context]:
    """Return each missing or invalid answer with a link to its field."""
    titles = {section.id: translated(section.title) for section in opened.definition.sections}
    places = list(titles)
    return [
        {
            "text": _(
                "%(section)s: %(problem)s", section=titles[one.section_id], problem=translated(one.text)
            ),
            "place": places.index(one.section_id),
            "title": titles[one.section_id],
            "problem": translated(one.text),
            "href": section_url(opened.form.id, one.section_id, one.anchor, EVERYTHING),
        }
        for one in problems
    ]


def after(opened: FormContext, section: Section) -> str:
    """Return the address of the page after a section: the next section, or the check."""
    ids = [one.id for one in opened.sections]
    place = ids.index(section.id) + 1 if section.id in ids else len(ids)
    if place < len(ids):
        return section_url(opened.form.id, ids[place])
    return url_for("FormView.check", form_id=opened.form.id)
