"""The parts of a child's page: header, forms and the steps available for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for

from app.cases.queries.child_page import FormLine
from app.cases.rules.case_states import CASE, UNDECIDED, CaseState
from app.cases.rules.status import CaseStatus, status_text, what_happens_next
from app.children.queries.involved import Involved
from app.children.rules.identifiers import nhs_number_text
from app.children.rules.school_years import school_year, year_group_label, year_of
from app.core.roles import FAMILY_ROLES, Principal, Role, WorkflowRole
from app.core.wording import N_
from app.forms.rules.form_deadlines import is_awaited
from app.forms.rules.secrecy import hides_places
from app.forms.rules.sharing import SHAREABLE
from app.forms.rules.workflow import OPEN_TO_WRITING, RECEIVED, WORKFLOWS, FormState
from app.models import Child, FormShare
from app.seed.files import reference
from app.views.web.due_dates import Due, case_due, form_due
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_date
from app.views.web.words import CASE_STATE_COLOURS, FORM_STATE_COLOURS, case_state, form_state


def why_no_upn(code: str | None) -> str:
    """Return the reason's text, or the code itself if it is no longer in the list of reasons."""
    return _reason("upn_missing_reasons", code)


def why_no_postcode(code: str | None) -> str:
    """Return the reason's text, or the code itself if it is no longer in the list of reasons."""
    return _reason("postcode_missing_reasons", code)


def _reason(list_name: str, code: str | None) -> str:
    if not code:
        return ""
    known = (reason["label"] for reason in reference(list_name) if reason["code"] == code)
    return next(map(_, known), code)


def _no_upn(code: str | None) -> str:
    why = why_no_upn(code)  # in the words of the person who added the child
    return f"{_('None')} ({why})" if why else _("None")


def frame(child: Child, who: Principal, today: date, active: str) -> dict[str, Any]:
    """Return the context of the header and tabs that every page about a child shows."""
    identity = [
        {"label": _("Date of birth"), "value": child.date_of_birth},
        _year_group(child, today),
    ]
    if not hides_places(is_family=who.has(Role.parent), contact_risk=child.contact_risk):
        setting = child.setting.name if child.setting else _("Not known")
        identity.append({"label": _("School or setting"), "value": setting})
    if child.known_as:
        identity.insert(1, {"label": _("Known as"), "value": child.known_as})
    if who.in_sen_team:
        identity += [
            {"label": _("UPN"), "value": child.upn or _no_upn(child.upn_missing_reason)},
            {
                "label": _("NHS number"),
                "value": nhs_number_text(child.nhs_number) if child.nhs_number else _("Not known"),
            },
        ]
    is_parent = who.has(Role.parent)
    return {
        "child": child,
        "child_name": child.name,
        "back": _back(who),
        "identity": identity,
        "tabs": [] if is_parent else _tabs(child.id, active),
        "is_team": who.in_sen_team,
        "is_parent": is_parent,
        "status_text": status_text,
        "why_no_postcode": why_no_postcode,
        "what_happens_next": what_happens_next,
    }


def people_shown(people: Sequence[Involved], child: Child, who: Principal) -> list[Involved]:
    """Return the linked people as this reader may see them.

    Where an address is confidential, queues, organisations and job titles are left out, since they show where
    the child is.
    """
    if not hides_places(is_family=who.has(Role.parent), contact_risk=child.contact_risk):
        return list(people)
    return [
        replace(each, organisation_name="")
        if each.part in FAMILY_ROLES
        else replace(each, organisation_name="", relationship="")
        for each in people
        if not each.in_queue
    ]


def lines_shown(lines: Sequence[FormLine], child: Child, who: Principal) -> list[FormLine]:
    """Return the forms as this reader may see them.

    Where an address is confidential, organisations are left out, since they show where the child is.
    """
    if not hides_places(is_family=who.has(Role.parent), contact_risk=child.contact_risk):
        return list(lines)
    return [replace(line, organisation_name="") for line in lines]


def _back(who: Principal) -> dict[str, str]:
    """Return the back link to this reader's list of children."""
    if who.in_sen_team:
        return {"text": _("Children and young people"), "href": url_for("ChildList.list")}
    if who.has(Role.professional):
        return {"text": _("SEND area"), "href": url_for("SendAreaView.list")}
    return {"text": _("Home"), "href": url_for("HomeView.home")}


def _tabs(child_id: int, active: str) -> list[dict[str, Any]]:
    parts = [
        ("show", _("Summary")),
        ("forms", _("Forms and advice")),
        ("people", _("People")),
        ("messages", _("Messages")),
    ]
    return [
        {"text": text, "href": url_for(f"ChildView.{name}", child_id=child_id), "active": name == active}
        for name, text in parts
    ]


def _year_group(child: Child, today: date) -> dict[str, str]:
    """Return the year group the child is taught in, if recorded, and by age where it differs."""
    by_age = school_year(child.date_of_birth, today)
    year = year_of(child, today)
    label = _("Year group by age") if child.year_taught is None else _("Year group taught")
    value = translated(year_group_label(year))
    if year != by_age:
        value = _(
            "%(taught)s (by age: %(by_age)s)", taught=value, by_age=translated(year_group_label(by_age))
        )
    return {"label": label, "value": value}


@dataclass(frozen=True)
class FormRow:
    """One form about the child, formatted for the page."""

    line: FormLine
    href: str | None
    state: str
    colour: str
    due: Due | None
    is_to_do: bool
    can_be_shared: bool
    shared_with: Sequence[str]
    steps: Sequence[tuple[str, str]]
    reminder: str | None

    @property
    def who(self) -> str:
        """Return the name of the author or organisation of the form."""
        names = [name for name in (self.line.author_name, self.line.organisation_name) if name]
        return ", ".join(names) or _("Written down by the SEN team")


def form_rows(
    lines: Sequence[FormLine],
    who: Principal,
    today: date,
    shared: Mapping[int, Sequence[str]] | None = None,
) -> list[FormRow]:
    """Return the rows of the forms; for the SEN team, with the names of those each is shared with."""
    return [_form_row(line, who, today, (shared or {}).get(line.id, ())) for line in lines]


def shared_names(shares: Sequence[FormShare], people: Sequence[Involved]) -> dict[int, list[str]]:
    """Return the names of the people and organisations each form is shared with, by form id."""
    names = {each.link_id: each.person_name for each in people}
    found: dict[int, list[str]] = {}
    for share in shares:
        name = _("Linked professionals") if share.link_id is None else names.get(share.link_id, "")
        if name:
            found.setdefault(share.form_id, []).append(name)
    return found


def _form_row(line: FormLine, who: Principal, today: date, shared_with: Sequence[str]) -> FormRow:
    is_open = line.state in OPEN_TO_WRITING
    return FormRow(
        line=line,
        href=_href(line, who),
        **_state(line),
        due=case_due(line.case, today)
        if who.in_sen_team and line.case is not None
        else form_due(line.state, (line.due_on, line.wanted_by), today, for_authors=not who.in_sen_team),
        is_to_do=is_open and _is_writer(line, who),
        can_be_shared=line.state in SHAREABLE or bool(shared_with),
        shared_with=shared_with,
        steps=_steps(line) if who.in_sen_team else (),
        reminder=_reminder(line) if who.in_sen_team else None,
    )


def _state(line: FormLine) -> dict[str, str]:
    """Return the label and colour of a form's state; of a decided request, those of the decision."""
    if line.state is FormState.decided and line.case is not None:
        return {"state": case_state(line.case.state), "colour": CASE_STATE_COLOURS[line.case.state]}
    return {"state": form_state(line.state), "colour": FORM_STATE_COLOURS[line.state]}


def _is_writer(line: FormLine, who: Principal) -> bool:
    """Return whether the reader may write the form: it is their organisation's, or their own consent."""
    if line.kind == "consent":
        return who.has(Role.parent) and line.author_id == who.user_id and not line.recorded_by_team
    return (
        line.organisation_id is not None
        and line.organisation_id == who.organisation_id
        and who.has(Role.professional)
    )


def _href(line: FormLine, who: Principal) -> str | None:
    """Return the address of the form: to write it, to read what was sent, or None."""
    may_write = _is_writer(line, who) or (line.recorded_by_team and who.in_sen_team)
    if may_write and line.state in OPEN_TO_WRITING:
        return url_for("FormView.show", form_id=line.id)
    return url_for("FormView.read", form_id=line.id) if line.submitted_at else None


def _steps(line: FormLine) -> list[tuple[str, str]]:
    """Return the text and address of each step open to the SEN team, from the workflow.

    Steps of one page share one button.
    """
    parts = (
        {WorkflowRole.sen_team, WorkflowRole.recorder} if line.recorded_by_team else {WorkflowRole.sen_team}
    )
    names = set(WORKFLOWS[line.kind].open_to(line.state, parts))
    of_form = [
        (_(_named_for(line, text)), url_for(endpoint, form_id=line.id))
        for steps, text, endpoint in OFFERED
        if names & steps
    ]
    case = line.case if line.case is not None and line.case.state in UNDECIDED else None
    if reminder := _reminder(line):
        of_form.append((_("Send a reminder"), reminder))
    return of_form + (case_steps(case.state, case.case_id) if case is not None else [])


def _reminder(line: FormLine) -> str | None:
    """Return the address at which the SEN team reminds the adviser, or None if there is no date to remind of."""
    if line.kind == "advice" and is_awaited(line.state) and (line.due_on or line.wanted_by):
        return url_for("RemindView.remind", form=line.id)
    return None


def waiting_for(rows: Sequence[FormRow]) -> list[FormRow]:
    """Return the forms that the SEN team waits for, the earliest due first; a request only once it was returned."""
    awaited = [
        row
        for row in rows
        if is_awaited(row.line.state)
        and (row.line.kind != "request" or row.line.state is FormState.returned)
        and not row.line.recorded_by_team
    ]
    return sorted(awaited, key=lambda row: row.due.on if row.due else date.max)


def case_steps(state: CaseState, case_id: int) -> list[tuple[str, str]]:
    """Return the text and address of each step that takes a case further and is open to the SEN team."""
    return _offered(ONWARDS, state, case_id)


def other_case_steps(state: CaseState, case_id: int) -> list[tuple[str, str]]:
    """Return the text and address of each step that corrects or ends a case and is open to the SEN team."""
    return _offered(CORRECTIONS, state, case_id)


def _offered(
    offered: Sequence[tuple[set[str], str, str]], state: CaseState, case_id: int
) -> list[tuple[str, str]]:
    names = set(CASE.open_to(state, {WorkflowRole.sen_team}))
    return [
        (_(text), url_for(endpoint, case_id=case_id)) for steps, text, endpoint in offered if names & steps
    ]


def _named_for(line: FormLine, text: str) -> str:
    """Return the text of a step, with other words for information than for advice."""
    return CANCEL_INFORMATION if text == CANCEL_ADVICE and line.purpose == "information" else text


CANCEL_ADVICE = N_("Cancel this advice")
CANCEL_INFORMATION = N_("Cancel this request for information")
OFFERED = (
    ({"accept", "return"}, N_("Read, then accept or return"), "FormView.read"),
    ({"cancel"}, N_("Ask someone else"), "AdviceView.instead"),
    ({"cancel"}, CANCEL_ADVICE, "AskView.cancel"),
    ({"submit"}, N_("Fill in the consent form"), "FormView.show"),
)


def steps_on_cases(
    cases: Sequence[CaseStatus], *, has_advice: bool
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what to do next on each case, without what its request's form offers: how it began, and its steps as text
    and address.

    Whether to make a plan is decided once the council has the advice that it asked for (`has_advice`).
    """
    found = [
        (received_words(case), case_steps(case.state, case.case_id))
        for case in cases
        if _is_next(case, has_advice=has_advice) and (case.request_id is None or case.state not in UNDECIDED)
    ]
    return [(about, steps) for about, steps in found if steps]


def other_steps_on_cases(cases: Sequence[CaseStatus], *, has_advice: bool) -> list[tuple[str, str, str]]:
    """Return the steps that can be taken on a case and need not be: text, about what where there are several cases, and
    address."""
    return [
        (text, received_words(case) if len(cases) > 1 else "", href)
        for case in cases
        for text, href in [
            *([] if _is_next(case, has_advice=has_advice) else case_steps(case.state, case.case_id)),
            *other_case_steps(case.state, case.case_id),
        ]
    ]


def has_all_advice(lines: Sequence[FormLine]) -> bool:
    """Return whether statutory advice was asked for and none of it is still awaited."""
    states = [line.state for line in lines if line.kind == "advice" and line.statutory]
    return FormState.accepted in states and not any(is_awaited(each) for each in states)


def _is_next(case: CaseStatus, *, has_advice: bool) -> bool:
    return case.state is not CaseState.assessing or has_advice


def received_words(case: CaseStatus) -> str:
    """Return how a case began, and when."""
    day = uk_date(case.received_on)
    if case.statutory:
        return _("Request received on %(date)s", date=day)
    return _("Brought to the council’s attention on %(date)s", date=day)


ONWARDS: Sequence[tuple[set[str], str, str]] = (
    ({"agree_to_assess", "decline_to_assess"}, N_("Decide whether to assess"), "DecideView.decide"),
    ({"agree_to_issue", "decline_to_issue"}, N_("Decide whether to make a plan"), "PlanDecisionView.issue"),
    ({"serve_draft"}, N_("Send a draft plan"), "PlanView.draft"),
    ({"consult"}, N_("Ask a school or college about a place"), "ConsultationView.consult"),
    ({"issue_final_plan"}, N_("Send the final plan"), "PlanView.final"),
)
CORRECTIONS: Sequence[tuple[set[str], str, str]] = (
    (
        {"overturn_to_assess", "overturn_to_issue"},
        N_("Record mediation or a Tribunal order"),
        "PlanDecisionView.overturn",
    ),
    ({"correct_to_assess", "correct_to_issue"}, N_("Correct the decision"), "DecideView.correct"),
    ({"withdraw"}, N_("Withdraw the request"), "PlanDecisionView.withdraw"),
    ({"resume_received"}, N_("Continue the case"), "PlanDecisionView.resume"),
)


def next_steps(rows: Sequence[FormRow]) -> list[tuple[FormLine, str, str]]:
    """Return the steps that the SEN team has to take on this child, without optional ones."""
    return [(row.line, text, href) for row in rows if _waits(row.line) for text, href in row.steps]


def _waits(line: FormLine) -> bool:
    """Return whether the SEN team still has to answer the form or decide the request.

    The six weeks to decide include every state after the receipt of a request.
    """
    if line.kind == "request":
        return line.state in RECEIVED
    return line.kind == "consent" or line.state is FormState.submitted
