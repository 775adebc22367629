"""Withhold what was sent to the family in the portal when an address becomes secret, and let people open it again.

The SEN team checks each plan and notice, then chooses who can open it: a person from whom it is withheld, or another person
of the family to whom it was not sent before.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from app.cases.cases import child_and_case_for_update
from app.cases.events import SentCopiesOpened
from app.cases.notice_tables import Notice, NoticeCopy
from app.cases.notices import copies_of
from app.cases.plan_tables import Plan
from app.cases.plans import SECRET_SINCE, plans_of, readers_of
from app.cases.queries.withheld import withhold_sent
from app.children.queries.involved import Involved
from app.children.tables import Child
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.documents.tables import DocumentReader
from app.forms.sharing import ask_before_sharing, family_of


class SentKind(enum.Enum):
    """What was sent."""

    plan = "plan"
    notice = "notice"


class Opening(NamedTuple):
    """That one person of the family, by their link, is to open one plan or notice."""

    kind: SentKind
    number: int
    """The id of the plan or notice."""
    link_id: int


@dataclass(frozen=True)
class SentItem:
    """A plan or notice, and the links of those who can open it in the portal and of those from whom it is withheld."""

    kind: SentKind
    row: Plan | Notice
    open_to: frozenset[int]
    withheld_from: frozenset[int]
    copy_id: int = 0
    """Of a notice: the copy to read it by."""


def withhold_what_was_sent(work: UnitOfWork, child_id: int) -> bool:
    """Withhold every plan and notice about a child from everyone of the family, because an address became secret; return
    whether there were any. It is not known which of them say where, nor whose address it is."""
    return withhold_sent(work.session, child_id, work.now)


def sent_in(work: UnitOfWork, case_id: int) -> list[SentItem]:
    """Return the plans, then the notices, that were sent in a case, the newest first; for the SEN team."""
    plans = plans_of(work, [case_id])
    readers = readers_of(work, [plan.document_id for plan in plans])
    found = []
    for plan in plans:
        sent_to = [each for each in readers if each.document_id == plan.document_id]
        withheld = frozenset(each.link_id for each in sent_to if each.is_withheld)
        found.append(
            SentItem(SentKind.plan, plan, frozenset(each.link_id for each in sent_to) - withheld, withheld)
        )
    by_notice: dict[int, list[NoticeCopy]] = {}
    for copy in copies_of(work, [case_id]):
        by_notice.setdefault(copy.notice_id, []).append(copy)
    return found + [_of_notice(copies) for copies in by_notice.values()]


def open_copies(
    work: UnitOfWork,
    case_id: int,
    chosen: Collection[Opening],
    despite: Collection[int] = (),
    *,
    warned_secret: bool = True,
) -> None:
    """Let these people of the family open these plans and notices of a case, and send each a message; for the SEN team.

    What is withheld from them can be opened again; another person gets a copy. Pressing twice does it once. Raises
    ValidationFailed where no one is chosen, where an address became secret since the page was opened (`warned_secret` is
    False), and for each person whom a form may name as one who must not know and whom the officer did not confirm
    (`despite`).
    """
    if not work.me.in_sen_team:
        raise Forbidden("open_copies")
    case = child_and_case_for_update(work, case_id)
    if not chosen:
        raise ValidationFailed(FieldError("copies", Wording(N_("Choose who can open a plan or a letter"))))
    sent = {(each.kind, each.row.id): each for each in sent_in(work, case.id)}
    family = {each.link_id: each for each in family_of(work, case.child_id)}
    if any((each.kind, each.number) not in sent or each.link_id not in family for each in chosen):
        raise Conflict("ChildLink")
    new = sorted(
        (each for each in set(chosen) if each.link_id not in sent[each.kind, each.number].open_to),
        key=lambda each: (each.kind.name, each.number, each.link_id),
    )
    if not new:
        return
    child = work.get(Child, case.child_id)
    if child.contact_risk and not warned_secret:
        raise ValidationFailed(FieldError("copies", Wording(SECRET_SINCE)))
    links = {each.link_id for each in new}
    ask_before_sharing(work, child, [family[link] for link in sorted(links - set(despite))])
    by_kind = {kind: [each for each in new if each.kind is kind] for kind in SentKind}
    plans, notices = by_kind[SentKind.plan], by_kind[SentKind.notice]
    files = {plan.number: _file_of(sent[SentKind.plan, plan.number]) for plan in plans}
    _open_files(work, {(files[each.number], each.link_id) for each in plans})
    _open_notices(work, notices, family)
    work.record(
        SentCopiesOpened(
            child_id=case.child_id,
            case_id=case.id,
            form_id=case.request_id,
            plans=tuple((each.number, each.link_id) for each in plans),
            notices=tuple((each.number, each.link_id) for each in notices),
            links=tuple(sorted(links)),
        )
    )


def _of_notice(copies: Sequence[NoticeCopy]) -> SentItem:
    by_link = {copy.link_id: copy.withheld_at for copy in copies if copy.link_id is not None}
    withheld = frozenset(link for link, since in by_link.items() if since is not None)
    return SentItem(SentKind.notice, copies[0].notice, frozenset(by_link) - withheld, withheld, copies[0].id)


def _file_of(item: SentItem) -> int:
    assert isinstance(item.row, Plan)  # asked for by the kind of the item  # noqa: S101
    return item.row.document_id


def _open_files(work: UnitOfWork, wanted: Collection[tuple[int, int]]) -> None:
    """Open these files to these links: rows that are withheld are opened, and those that are missing are added."""
    found = select(DocumentReader).where(DocumentReader.document_id.in_({file for file, _link in wanted}))
    rows = work.session.scalars(found.execution_options(populate_existing=True)) if wanted else ()
    before = {(row.document_id, row.link_id): row for row in rows}
    for file, link in sorted(wanted):
        if (row := before.get((file, link))) is not None:
            row.withheld_at = None
        else:
            work.session.add(DocumentReader(document_id=file, link_id=link, created_at=work.now))
    work.session.flush()


def _open_notices(work: UnitOfWork, wanted: Collection[Opening], family: dict[int, Involved]) -> None:
    """Open these notices to these links; the worker makes the files of a copy that is added.

    The copies are locked before their files are looked for: the worker that makes a file holds the copy until then.
    """
    held = select(NoticeCopy).where(NoticeCopy.notice_id.in_({each.number for each in wanted}))
    held = held.order_by(NoticeCopy.id).with_for_update(of=NoticeCopy)
    rows = work.session.scalars(held.execution_options(populate_existing=True)) if wanted else ()
    before = {(row.notice_id, row.link_id): row for row in rows}
    files = set()
    for each in wanted:
        copy = before.get((each.number, each.link_id))
        if copy is None:
            name = family[each.link_id].person_name
            work.session.add(
                NoticeCopy(notice_id=each.number, link_id=each.link_id, recipient=name, created_at=work.now)
            )
            continue
        copy.withheld_at = None
        files |= {(file, each.link_id) for file in (copy.pdf_id, copy.docx_id) if file is not None}
    _open_files(work, files)
