"""What the pages show on which a form is read: before it is sent, after it is sent, and by the SEN team."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from app.domain.errors import NotFound, Refused, WrongMoment
from app.domain.forms import AnswerLine, Section, answer_lines
from app.domain.workflow import FormState, Part
from app.models import FormReturn
from app.services import reading, returning, sending
from app.services.open_forms import OpenForm, look_at
from app.services.work import Work
from app.store.queries.forms import submissions_of
from app.views.due import due
from app.views.form_pages import file_line, missing_lines, name_of, section_url
from app.views.pages import said
from app.views.quick import gettext as _
from app.views.words import FORM_STATE_COLOURS, form_state

Context = dict[str, Any]

BEING_HANDLED = frozenset({FormState.submitted, FormState.returned})


def check_page(work: Work, opened: OpenForm, send_key: str) -> Context:
    """Every answer with a way to change it, and what is still missing."""
    return {
        "opened": opened,
        "form": opened.form,
        "send_key": send_key,
        "missing": missing_lines(opened, sending.missing(opened, work)),
        "parts": [_checked(opened, section) for section in opened.sections],
    }


def _checked(opened: OpenForm, section: Section) -> Context:
    rows = []
    for line in answer_lines(section, opened.answers):
        files = [file_line(one) for one in opened.files(line.question.id)]
        row = _row(line, files)
        if line.question.kind != "prefilled":
            row["change"] = section_url(opened.form.id, section.id, _field(line))
        rows.append(row)
    changeable = any(row["change"] for row in rows)
    return {"title": said(section.title), "id": section.id, "rows": rows, "changeable": changeable}


def _field(line: AnswerLine) -> str:
    """The id on the section's page of the field that answers a question."""
    return {"date": f"{line.question.id}-day", "declaration": f"{line.question.id}-agreed"}.get(
        line.question.kind, line.question.id
    )


def _row(line: AnswerLine, files: Iterable[Context]) -> Context:
    return {
        "label": said(line.label),
        "text": said(line.text),
        "table": line.table,
        "row_name": line.question.row_name,
        "files": list(files),
        "answered": line.answered,
        "change": None,
        "changed": False,
    }


def read_page(work: Work, found: reading.Reading) -> Context:
    """What was sent, its versions, why it came back, and what may be done with it."""
    form = found.form
    return {
        "form": form,
        "found": found,
        "state": form_state(form.state),
        "colour": FORM_STATE_COLOURS[form.state],
        "due": due(form.due_on, work.today) if form.state in BEING_HANDLED else None,
        "parts": [_read(section) for section in found.sections],
        "versions": [_version(form.id, one, found) for one in found.versions],
        "sender": name_of(found.submission.submitted_by) if found.submission else "",
        "returns": _returns(found),
        "is_team": Part.sen_team in found.parts,
        "may_decide": "agree_to_assess" in found.steps,
    }


def _read(section: reading.ReadSection) -> Context:
    rows = [
        _row(one.line, (file_line(each) for each in one.files)) | {"changed": one.changed}
        for one in section.lines
    ]
    return {
        "title": said(section.section.title),
        "id": section.section.id,
        "rows": rows,
        "changed": section.changed,
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
    """The reasons given on the version that is read, with the section each is about."""
    number = found.submission.number if found.submission else 0
    titles = {one.section.id: said(one.section.title) for one in found.sections}
    return [_reason(one, titles) for one in found.returns if one.submission_number == number]


def _reason(one: FormReturn, titles: Mapping[str, str]) -> Context:
    return {
        "title": titles.get(one.section or "", _("The whole form")),
        "reason": one.reason,
        "at": one.created_at,
    }


def return_page(work: Work, form_id: int, typed: Mapping[str, str], refused: Refused | None) -> Context:
    """Every section with a box for what has to be put right in it."""
    found = reading.read(work, form_id)
    found.step("return")
    if found.submission is None:
        raise WrongMoment("return")
    faults = {fault.field: said(fault.text) for fault in (refused.faults if refused else ())}
    places = [(returning.WHOLE, _("The whole form"))]
    places += [(one.section.id, said(one.section.title)) for one in found.sections]
    return {
        "form": found.form,
        "number": found.submission.number,
        "boxes": [_box(place, title, typed, faults) for place, title in places],
        "errors": [{"text": text, "href": f"#{name}"} for name, text in faults.items()],
        "longest": returning.LONGEST_REASON,
    }


def _box(place: str, title: str, typed: Mapping[str, str], faults: Mapping[str, str]) -> Context:
    name = returning.reason_field(place)
    return {"name": name, "label": title, "value": typed.get(place, ""), "error": faults.get(name)}


def sent_page(work: Work, form_id: int) -> Context:
    """That it was sent, when, and what happens next. Raises NotFound while it was not."""
    opened = look_at(work, form_id)
    versions = submissions_of(work.session, form_id)
    if not versions:
        raise NotFound("Submission")
    return {"form": opened.form, "again": len(versions) > 1, "sent_at": versions[0].submitted_at}
