"""Whose advice a case needs, to whom each request goes, and what was asked already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.cases.queries.child_page import FormLine, child_to_read, forms_about
from app.cases.rules.advice_rows import (
    AdviceRow,
    AskedAdvice,
    KnownFacts,
    Route,
    advice_rows,
    is_asked,
    never_asked,
)
from app.cases.rules.case_states import CaseState
from app.cases.rules.status import CaseStatus
from app.cases.tables import AdviceRoute, Case
from app.children.queries.involved import Involved, involved_with
from app.children.rules.school_years import year_of
from app.children.tables import Child
from app.core.errors import Forbidden, InvalidState, NotFound
from app.core.roles import FAMILY_ROLES, Profession
from app.core.unit_of_work import UnitOfWork
from app.forms.form_facts import RequestFacts, facts_of_request
from app.forms.queries.shares import open_shares
from app.forms.rules.paragraphs import Paragraph, paragraph_of
from app.forms.rules.sharing import SHAREABLE
from app.forms.rules.workflow import FormState
from app.organisations.tables import Organisation

KIND_OF: Mapping[Paragraph, Profession] = {
    Paragraph.c: Profession.health,
    Paragraph.d: Profession.educational_psychology,
    Paragraph.e: Profession.social_care,
}
"""Who usually gives the advice of a paragraph, where the council has no route for it. (b) is the child's setting."""


@dataclass(frozen=True)
class Adviser:
    """A person, or an organisation's queue, that can be asked."""

    organisation_id: int
    organisation_name: str
    person_id: int | None = None
    person_name: str = ""


@dataclass(frozen=True)
class PlannedRow:
    """A request that is not made yet, and to whom it goes unless the officer chooses another adviser."""

    row: AdviceRow
    adviser: Adviser | None


@dataclass(frozen=True)
class AdvicePlan:
    """All advice of one case: what was asked, and what is still to be asked."""

    case: Case
    child: Child
    asked: Sequence[FormLine]
    to_ask: Sequence[PlannedRow]
    advisers: Sequence[Adviser]
    """Everyone linked to the child or named by a route."""
    missing: Sequence[Paragraph]
    """The required paragraphs under which nothing was asked."""
    facts: KnownFacts
    people_named: Sequence[str]
    """The people whom the request names."""
    has_family: bool
    """Whether a parent, carer or the young person is linked, so that they can get a message."""
    can_share: bool
    """Whether there is a request to share and the linked professionals cannot read it yet."""
    is_shared: bool


def plan_of(work: UnitOfWork, case_id: int) -> AdvicePlan:
    """Return whose advice this case needs; for the SEN team, and only while the council assesses (reg. 6).

    Raises Forbidden, NotFound and InvalidState.
    """
    if not work.me.in_sen_team:
        raise Forbidden("plan_of")
    case = work.get(Case, case_id)
    child = child_to_read(work.session, case.child_id)
    if child is None:
        raise NotFound("Child")
    if case.state is not CaseState.assessing:
        raise InvalidState("ask_for_all")
    of_request = facts_of_request(work, child.id)
    facts = _known(work, child, of_request)
    forms = forms_about(work.session, child.id)
    request = next((each for each in forms if each.id == case.request_id), None)
    lines = asked_lines(forms, case.received_on)
    asked = [_asked(line) for line in lines]
    routes = work.session.scalars(
        select(AdviceRoute)
        .where(AdviceRoute.active.is_(True))
        .options(joinedload(AdviceRoute.template), joinedload(AdviceRoute.organisation))
        .order_by(AdviceRoute.id)
    ).all()
    rows = [
        row
        for row in advice_rows(facts, [_route(each) for each in routes])
        if row.is_own_request and not is_asked(row, asked)
    ]
    people = involved_with(work.session, child.id)
    directory = _Directory(work, child, people, {each.id: each for each in routes}, rows)
    shares = open_shares(work.session, request.id) if request is not None else []
    is_shared = any(each.link_id is None for each in shares)
    return AdvicePlan(
        case=case,
        child=child,
        asked=lines,
        to_ask=[PlannedRow(row, directory.adviser_of(row)) for row in rows],
        advisers=directory.advisers,
        missing=never_asked(facts, asked, views_invited=case.views_invited_on is not None),
        facts=facts,
        people_named=of_request.people,
        has_family=any(each.part in FAMILY_ROLES for each in people),
        can_share=request is not None
        and request.state in SHAREABLE
        and request.submitted_at is not None
        and not is_shared,
        is_shared=is_shared,
    )


def missing_advice(
    work: UnitOfWork, child: Child, cases: Collection[CaseStatus], lines: Collection[FormLine]
) -> tuple[int, list[Paragraph]] | None:
    """Return the case in which the council assesses and the required paragraphs under which nothing was asked.

    `cases` are those of the child. None where none of them is assessed, and for readers outside the SEN team.
    """
    assessed = [each for each in cases if each.state is CaseState.assessing]
    if not work.me.in_sen_team or not assessed:
        return None
    case = max(assessed, key=lambda each: each.case_id)
    facts = _known(work, child, facts_of_request(work, child.id))
    asked = [_asked(line) for line in asked_lines(lines, case.received_on)]
    return case.case_id, never_asked(facts, asked, views_invited=case.views_invited_on is not None)


def asked_lines(lines: Collection[FormLine], received_on: date) -> list[FormLine]:
    """Return the statutory advice that was asked in the case received on this day, and not cancelled."""
    return [
        each
        for each in lines
        if each.purpose == "advice"
        and each.state is not FormState.cancelled
        and each.asked_on is not None
        and each.asked_on >= received_on
    ]


def asked_in(work: UnitOfWork, case: Case) -> list[AskedAdvice]:
    """Return the statutory advice that was asked in this case and not cancelled, as the rules compare it."""
    return [_asked(line) for line in asked_lines(forms_about(work.session, case.child_id), case.received_on)]


def _asked(line: FormLine) -> AskedAdvice:
    paragraph = paragraph_of(line.paragraph, line.template_key)
    return AskedAdvice(paragraph, line.template_key, line.service, line.organisation_id)


def _known(work: UnitOfWork, child: Child, request: RequestFacts) -> KnownFacts:
    return KnownFacts(
        year=year_of(child, work.today),
        has_sensory_need=request.has_sensory_need,
        is_looked_after=request.is_looked_after,
        named_by_family=request.people if request.is_from_family else (),
    )


def _route(each: AdviceRoute) -> Route:
    return Route(each.id, each.paragraph, each.template.key, each.service, each.applies, each.note)


class _Directory:
    """Finds who is asked under each row: a linked person of the organisation where there is one."""

    def __init__(
        self,
        work: UnitOfWork,
        child: Child,
        people: Sequence[Involved],
        routes: Mapping[int, AdviceRoute],
        rows: Sequence[AdviceRow],
    ) -> None:
        self.child, self.routes = child, routes
        linked = [
            Adviser(each.organisation_id, each.organisation_name, each.person_id, each.person_name)
            for each in people
            if each.part not in FAMILY_ROLES and each.organisation_id is not None
        ]
        self.linked: dict[int, Adviser] = {}
        for each in linked:
            self.linked.setdefault(each.organisation_id, each)
        self.bodies = self._bodies(work, rows)
        named = [self._adviser(each.organisation) for each in routes.values()]
        found = [*linked, *filter(None, (*(self.adviser_of(row) for row in rows), *named))]
        self.advisers = list(dict.fromkeys(found))

    def _bodies(self, work: UnitOfWork, rows: Sequence[AdviceRow]) -> Sequence[Organisation]:
        """Return those in use of the organisations that are linked, the child's setting, and all of a kind that a row
        asks for."""
        kinds = {kind for row in rows if (kind := self._kind(row)) is not None}
        near = {*self.linked, self.child.setting_id} - {None}
        wanted = or_(Organisation.id.in_(near), Organisation.kind.in_(kinds))
        in_use = select(Organisation).where(Organisation.active.is_(True), wanted)
        return work.session.scalars(in_use.order_by(Organisation.name)).all()

    def _kind(self, row: AdviceRow) -> Profession | None:
        route = self.routes.get(row.route_id or 0)
        if route is None:
            return KIND_OF.get(row.paragraph)
        return None if route.organisation_id is not None else route.organisation_kind

    def adviser_of(self, row: AdviceRow) -> Adviser | None:
        """Return who is asked under this row, or None where the officer has to choose."""
        route = self.routes.get(row.route_id or 0)
        if route is not None and route.organisation is not None:
            return self._adviser(route.organisation)
        kind = self._kind(row)
        if kind is not None:
            of_kind = [each for each in self.bodies if each.kind is kind]
            near = [each for each in of_kind if each.id in self.linked]
            return self._adviser(near[0] if near else of_kind[0] if len(of_kind) == 1 else None)
        is_setting = route is not None or row.paragraph is Paragraph.b
        setting = (each for each in self.bodies if each.id == self.child.setting_id)
        return self._adviser(next(setting, None)) if is_setting else None

    def _adviser(self, body: Organisation | None) -> Adviser | None:
        if body is None or not body.active:
            return None
        return self.linked.get(body.id) or Adviser(body.id, body.name)
