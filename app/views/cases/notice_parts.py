"""The notices of a child's cases, and the one that a case still needs, for the child's page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from app.cases.letters import pdf_writer
from app.cases.notice_tables import Notice, NoticeCopy
from app.cases.notices import copies_of
from app.cases.queries.officers import OwnedCase
from app.cases.queries.withheld import NoticeDates, dates_of
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import BY_STATE, NOTICE_LABELS, REFUSALS
from app.cases.rules.status import CaseStatus, is_assessing
from app.children.queries.involved import Involved
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.views.web.i18n import gettext as _
from app.views.web.pages import uk_date


@dataclass(frozen=True)
class NoticeLine:
    """One copy of a notice as the page shows it."""

    title: str
    href: str
    """Empty while the text is withheld from the reader."""
    served_on: date
    recipient: str
    rights: str
    files: Sequence[dict[str, Any]]
    case_id: int = 0
    withheld_from: Sequence[str] = ()
    """For the SEN team: its reader, while they cannot read it until it has been checked."""


def notice_part(
    work: UnitOfWork,
    cases: Collection[CaseStatus],
    people: Sequence[Involved],
    owned: Collection[OwnedCase],
) -> dict[str, Any]:
    """Return the notices that the reader may read; for the SEN team, also what is still to be written.

    While the council assesses, the SEN team's page lists what the assessment lacks, and what was sent is on the page to
    write a notice; only what is withheld is shown, also once no address is secret any more. `owned` are the cases as the SEN
    team reads them.
    """
    for_others = work.me.has(Role.professional)  # notices are for the SEN team and the family
    is_short = work.me.in_sen_team and is_assessing(cases)
    is_left_out = not cases or for_others or (is_short and not any(case.has_withheld for case in owned))
    names = {each.link_id: each.person_name for each in people}
    lines = [] if is_left_out else notice_lines(work, [case.case_id for case in cases], names)
    if is_short:
        lines = [line for line in lines if line.withheld_from]
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


def notice_lines(work: UnitOfWork, case_ids: Collection[int], names: Mapping[int, str]) -> list[NoticeLine]:
    """Return the copies in these cases for the reader, the newest first; `names` are those of people linked now."""
    if work.me.in_sen_team:
        return [_line(each, names) for each in copies_of(work, case_ids)]
    copies = copies_of(work, case_ids)
    withheld = [each.notice_id for each in copies if each.withheld_at is not None]
    dates = dates_of(work.session, withheld) if withheld else {}
    return [
        _withheld_line(dates[each.notice_id]) if each.withheld_at is not None else _line(each, None)
        for each in copies
    ]


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


def _withheld_line(dates: NoticeDates) -> NoticeLine:
    """Return the line of a letter that its reader cannot open now; its text and title are not loaded for them."""
    rights = _rights(dates, for_team=False)
    return NoticeLine(_("Letter from the council"), "", dates.served_on, "", rights, ())


def _rights(dates: NoticeDates | Notice, *, for_team: bool) -> str:
    """Return until when the family can ask for mediation and appeal; "" where the notice gives no such right."""
    if dates.mediation_until is None or dates.appeal_until is None:
        return ""
    days = {"mediation": uk_date(dates.mediation_until), "appeal": uk_date(dates.appeal_until)}
    if for_team:
        return _("The family can ask for mediation until %(mediation)s, and appeal until %(appeal)s.", **days)
    return _("You can ask for mediation until %(mediation)s, and appeal until %(appeal)s.", **days)


def _line(copy: NoticeCopy, names: Mapping[int, str] | None) -> NoticeLine:
    """Return the line of a copy; `names` are given for the SEN team."""
    notice, for_team = copy.notice, names is not None
    is_withheld = copy.withheld_at is not None and copy.link_id in (names or ())
    return NoticeLine(
        title=notice.title,
        href=url_for("NoticeCopyView.read", copy_id=copy.id),
        served_on=notice.served_on,
        recipient=copy.recipient if for_team else "",
        rights=_rights(notice, for_team=for_team),
        files=copy_files(copy),
        case_id=notice.case_id,
        withheld_from=[copy.recipient] if is_withheld else [],
    )


def _href(case_id: int, kind: str) -> str:
    return url_for("NoticeView.write", case_id=case_id, key=kind)
