"""Prepare the pages on which a form is read: before it is sent, afterwards, and by the SEN team."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from wtforms import Form

from app.cases.cases import case_of_request
from app.cases.queries.child_page import cases_of
from app.cases.rules.case_states import UNDECIDED
from app.core.errors import FieldError, InvalidState, NotFound
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.forms import reading, returns, submissions
from app.forms.definitions import AnswerLine, Section, answer_lines
from app.forms.form_context import FormContext, load_form
from app.forms.queries.forms import last_number, submissions_of
from app.forms.rules.form_deadlines import correct_by
from app.forms.rules.workflow import FormState
from app.models import Case, FormReturn
from app.models import Form as AnyForm
from app.views.forms.form_pages import file_line, missing_lines, name_of, section_url
from app.views.web.due_dates import Due, due
from app.views.web.fields import DatePartsField
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.words import FORM_STATE_COLOURS, form_state

Context = dict[str, Any]

BEING_HANDLED = frozenset({FormState.submitted, FormState.returned})


def check_page(work: UnitOfWork, opened: FormContext, send_key: str) -> Context:
    """Return every answer with a link to change it, and what is still missing."""
    return {
        "opened": opened,
        "form": opened.form,
        "send_key": send_key,
        "missing": missing_lines(opened, submissions.missing(opened, work)),
        "parts": [_checked(opened, section) for section in opened.sections],
    }


def _checked(opened: FormContext, section: Section) -> Context:
    rows = []
    for line in answer_lines(section, opened.answers):
        files = [file_line(one) for one in opened.files(line.question.id)]
        row = _row(line, files)
        if line.question.kind != "prefilled":
            row["change"] = section_url(opened.form.id, section.id, _field(line))
        rows.append(row)
    changeable = any(row["change"] for row in rows)
    return {"title": translated(section.title), "id": section.id, "rows": rows, "changeable": changeable}


def _field(line: AnswerLine) -> str:
    """Return the id of the field on the section's page that answers a question."""
    return {"date": f"{line.question.id}-day", "declaration": f"{line.question.id}-agreed"}.get(
        line.question.kind, line.question.id
    )


def _row(line: AnswerLine, files: Iterable[Context]) -> Context:
    return {
        "label": translated(line.label),
        "text": translated(line.text),
        "table": line.table,
        "row_name": line.question.row_name,
        "files": list(files),
        "answered": line.answered,
        "change": None,
        "changed": False,
    }


class ReturnForm(Form):
    """The day by which a returned form should be sent again."""

    wanted_by = DatePartsField(_l("When do you want it back?"))


@dataclass(frozen=True)
class ReturnNotes:
    """The entered reasons for a return, and what is wrong with them."""

    form: ReturnForm
    reasons: Mapping[str, str]
    faults: Sequence[FieldError] = ()


def _no_notes(work: UnitOfWork) -> ReturnNotes:
    form = ReturnForm()
    form.wanted_by.show(correct_by(work.today))
    return ReturnNotes(form, {})


def _is_unconfirmed(found: reading.Reading) -> bool:
    """Return whether the professional who sent this version is not confirmed as working for the organisation."""
    sent = found.submission
    return sent is not None and found.form.kind != "consent" and sent.sender_is_unconfirmed


def read_page(work: UnitOfWork, found: reading.Reading, notes: ReturnNotes | None = None) -> Context:
    """Return a submitted form with its versions, the reasons it was returned, and the possible steps.

    Reasons being entered for a return (`notes`) are shown beside the answers.
    """
    form = found.form
    notes = notes or _no_notes(work)
    is_team = WorkflowRole.sen_team in found.roles
    case = case_of_request(work, form.id) if is_team and form.kind == "request" else None
    return {
        "form": form,
        "found": found,
        "state": form_state(form.state),
        "colour": FORM_STATE_COLOURS[form.state],
        "due": _time_left(form, case, work.today) if is_team else None,
        "parts": [_read(section, notes) for section in found.sections],
        "whole": _note(returns.WHOLE, notes),
        "return_form": notes.form,
        "errors": _note_errors(notes),
        "versions": [_version(form.id, one, found) for one in found.versions],
        "sender": name_of(found.submission.submitted_by) if found.submission else "",
        "sender_is_unconfirmed": is_team and _is_unconfirmed(found),
        "returns": _returns(found),
        "is_team": is_team,
        "is_author": WorkflowRole.author in found.roles,
        "case": case if "decide" in found.steps else None,
    }


def _time_left(form: AnyForm, case: Case | None, today: date) -> Due | None:
    """Return the time left for the SEN team: for the case of a request, or for advice."""
    if case is not None:
        return due(case.due_on, today, excused=case.excused) if case.state in UNDECIDED else None
    return due(form.due_on, today) if form.state in BEING_HANDLED else None


def read_parts(sections: Iterable[reading.ReadSection]) -> list[Context]:
    """Return the sections of a form for a reader who does not return it."""
    return [_read(section, ReturnNotes(ReturnForm(), {})) for section in sections]


def _read(section: reading.ReadSection, notes: ReturnNotes) -> Context:
    rows = [
        _row(one.line, (file_line(each) for each in one.files)) | {"changed": one.changed}
        for one in section.lines
    ]
    return {
        "title": translated(section.section.title),
        "id": section.section.id,
        "rows": rows,
        "changed": section.changed,
        "note": _note(section.section.id, notes),
    }


def _version(form_id: int, one: Any, found: reading.Reading) -> Context:
    return {
        "number": one.number,
        "at": one.submitted_at,
        "by": name_of(one.submitted_by),
        "here": one is found.submission,
        "href": url_for("FormView.read", form_id=form_id, number=one.number),
    }


def _returns(found: reading.Reading) -> list[Context]:
    """Return the reasons given on the version shown, with the section each is about."""
    number = found.submission.number if found.submission else 0
    titles = {one.section.id: translated(one.section.title) for one in found.sections}
    return [_reason(one, titles) for one in found.returns if one.submission_number == number]


def _reason(one: FormReturn, titles: Mapping[str, str]) -> Context:
    return {
        "title": titles.get(one.section or "", _("The whole form")),
        "reason": one.reason,
        "at": one.created_at,
    }


def answer_page(work: UnitOfWork, form_id: int, step: str) -> Context:
    """Return the page that confirms an acceptance or its undoing. Raises InvalidState when that is not possible now."""
    opened = load_form(work, form_id)
    opened.step(step)
    number = last_number(work.session, form_id)
    if not number:
        raise InvalidState(step)
    return {"form": opened.form, "number": number}


def _note(place: str, notes: ReturnNotes) -> Context:
    """Return the box for the reason in one section, or in the whole form."""
    name = returns.reason_field(place)
    error = next((translated(fault.text) for fault in notes.faults if fault.field == name), None)
    return {"name": name, "value": notes.reasons.get(place, ""), "error": error}


def _note_errors(notes: ReturnNotes) -> list[Context]:
    """Return the errors in the reasons, with a link to each box."""
    anchors = {"wanted_by": "wanted_by-day"}
    return [
        {"text": translated(fault.text), "href": f"#{anchors.get(fault.field, fault.field)}"}
        for fault in notes.faults
    ]


def sent_page(work: UnitOfWork, form_id: int) -> Context:
    """Return when the form was sent and what happens next. Raises NotFound while it was not sent."""
    opened = load_form(work, form_id)
    versions = submissions_of(work.session, form_id)
    if not versions:
        raise NotFound("Submission")
    return {
        "form": opened.form,
        "again": len(versions) > 1,
        "sent_at": versions[0].submitted_at,
        **_to_decide(work, opened.form),
    }


def _to_decide(work: UnitOfWork, form: AnyForm) -> Context:
    """Return when the council received the request and decides by, until it has; a letter may have come before the form."""
    cases = cases_of(work.session, [form.child_id]).get(form.child_id, []) if form.kind == "request" else []
    case = next((each for each in cases if each.request_id == form.id), None)
    if case is None or case.state not in UNDECIDED:
        return {}
    return {"received_on": case.received_on, "decide_by": case.due_on}
