"""The notices of a child's cases, and the one that a case still needs, for the child's page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from app.cases.letters import pdf_writer
from app.cases.notice_tables import NoticeCopy
from app.cases.notices import copies_of
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import BY_STATE, NOTICE_LABELS, REFUSALS
from app.cases.rules.status import CaseStatus, is_assessing
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date


@dataclass(frozen=True)
class NoticeLine:
    """One copy of a notice as the page shows it."""

    title: str
    href: str
    served_on: date
    recipient: str
    rights: str
    files: Sequence[dict[str, Any]]


def notice_part(work: UnitOfWork, cases: Collection[CaseStatus]) -> dict[str, Any]:
    """Return the notices that the reader may read; for the SEN team, also what is still to be written.

    While the council assesses, the SEN team's page lists what the assessment lacks, and what was sent is on the page to
    write a notice.
    """
    for_others = work.me.has(Role.professional)  # notices are for the SEN team and the family
    is_left_out = not cases or for_others or (work.me.in_sen_team and is_assessing(cases))
    lines = [] if is_left_out else notice_lines(work, [case.case_id for case in cases])
    if not work.me.in_sen_team:
        return {"notices": lines, "missing_notices": [], "notices_to_write": []}
    missing = [case for case in cases if is_notice_missing(case)]
    return {
        "notices": lines,
        "missing_notices": [
            (_missing_text(case), _href(case.case_id, REFUSALS[case.state].name)) for case in missing
        ],
        "notices_to_write": [
            (_("Write the notice: %(title)s", title=_(NOTICE_LABELS[kind])), _href(case.case_id, kind.name))
            for case in cases
            if case not in missing
            for kind in BY_STATE.get(case.state, ())
        ],
        "needs_pango": bool(lines) and pdf_writer() is None,
    }


def notice_lines(work: UnitOfWork, case_ids: Collection[int]) -> list[NoticeLine]:
    """Return the copies in these cases that the reader may read, the newest first."""
    return [_line(each, for_team=work.me.in_sen_team) for each in copies_of(work, case_ids)]


def _missing_text(case: CaseStatus) -> str:
    values = {"notice": _(NOTICE_LABELS[REFUSALS[case.state]]), "date": uk_date(case.due_on)}
    if case.state is not CaseState.not_assessing:
        return _(
            "The notice has not been sent: %(notice)s. The council must tell the family by %(date)s.",
            **values,
        )
    return _(
        "The notice has not been sent: %(notice)s. The council decided on %(decided)s and must tell the family by "
        "%(date)s.",
        decided=uk_date(case.decided_on),
        **values,
    )


def is_notice_missing(case: CaseStatus) -> bool:
    """Return whether a case was refused and the notice of it was not served: the duty to tell the family runs."""
    return case.state in REFUSALS and case.due_on is not None


def copy_files(copy: NoticeCopy) -> list[dict[str, Any]]:
    """Return the files of a copy that the worker has made."""
    made = ((_("PDF"), copy.pdf_id), (_("Word file"), copy.docx_id))
    return [
        {"name": name, "href": url_for("DocumentView.download", document_id=number)}
        for name, number in made
        if number is not None
    ]


def _line(copy: NoticeCopy, *, for_team: bool) -> NoticeLine:
    notice = copy.notice
    rights = ""
    if notice.mediation_until is not None and notice.appeal_until is not None:
        days = {"mediation": uk_date(notice.mediation_until), "appeal": uk_date(notice.appeal_until)}
        rights = (
            _("The family can ask for mediation until %(mediation)s, and appeal until %(appeal)s.", **days)
            if for_team
            else _("You can ask for mediation until %(mediation)s, and appeal until %(appeal)s.", **days)
        )
    return NoticeLine(
        title=notice.title,
        href=url_for("NoticeCopyView.read", copy_id=copy.id),
        served_on=notice.served_on,
        recipient=copy.recipient if for_team else "",
        rights=rights,
        files=copy_files(copy),
    )


def _href(case_id: int, kind: str) -> str:
    return url_for("NoticeView.write", case_id=case_id, key=kind)
