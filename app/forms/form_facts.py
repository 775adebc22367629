"""Fill in the facts that the portal already knows, so that people need not enter them again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, and_, bindparam, select

from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.children.rules.school_years import school_year, year_of
from app.children.tables import Child
from app.core.database.compiled_query import CompiledQuery
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_
from app.forms.definitions import FROM_REQUEST, FormDefinition, facts_needed
from app.forms.form_templates import definition_of
from app.forms.queries.forms import request_for
from app.forms.rules.secrecy import facts_for
from app.forms.tables.forms import Form
from app.organisations.tables import Organisation

NO_SURNAME = N_("No last name")


def known_facts(
    work: UnitOfWork, form: Form, definition: FormDefinition, section_id: str | None = None
) -> dict[str, str]:
    """Return the facts that this form shows, as far as this person may know them.

    `form` has its child and organisation. With a section, only the facts that it shows and that conditions depend on.
    """
    needed = facts_needed(definition, section_id)
    facts = (
        _about_child(form.child)
        | _year(form, work.today)
        | {
            "advice.requested_on": _day(form.asked_on),
            "advice.due_on": _day(form.due_on),
        }
    )
    risk = form.child.contact_risk
    if not work.me.in_sen_team and (form.kind != "request" or risk):
        # The author of a request entered an address, but the record may have a newer one, or another family's.
        facts = facts_for(facts, is_family=work.me.has(Role.parent), contact_risk=risk)
    if any(fact.startswith("author.") for fact in needed):
        facts |= _about_writer(work)
    if any(fact.startswith("request.") for fact in needed):
        facts |= request_facts(work, form.child_id)
    return {fact: facts.get(fact) or "" for fact in needed}


def _about_child(child: Child) -> dict[str, str]:
    return {
        "child.name": child.name,
        "child.forenames": child.forenames,
        "child.surname": NO_SURNAME if child.has_no_surname else child.surname,
        "child.known_as": child.known_as,
        "child.date_of_birth": _day(child.date_of_birth),
        "child.address": child.address,
        "child.postcode": child.postcode,
        "child.postcode_missing_reason": child.postcode_missing_reason or "",
        "child.upn": child.upn or "",
        "child.upn_missing_reason": child.upn_missing_reason or "",
        "child.nhs_number": child.nhs_number or "",
        "child.setting": child.setting.name if child.setting else "",
    }


def _year(form: Form, today: date) -> dict[str, str]:
    """Return the year group.

    A request asks which year the child is taught in, so it shows the year by age; advice uses the year taught.
    """
    by_age = form.kind == "request"
    year = school_year(form.child.date_of_birth, today) if by_age else year_of(form.child, today)
    return {"child.year_group": str(year)}


def _about_writer(work: UnitOfWork) -> dict[str, str]:
    me = work.me
    job_title, email, phone, organisation = _WRITER.one(
        work.session, me=me.user_id, organisation=me.organisation_id
    )
    return {
        "author.name": work.me.name,
        "author.job_title": job_title or "",
        "author.organisation": organisation or "",
        "author.email": email,
        "author.phone": phone or "",
    }


_WRITER = CompiledQuery(
    select(Membership.job_title, Person.email, Person.phone, Organisation.name)
    .select_from(Person)
    .outerjoin(
        Membership,
        and_(
            Membership.person_id == Person.id,
            Membership.organisation_id == bindparam("organisation", type_=Integer()),
            Membership.ended_at.is_(None),
        ),
    )
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .where(Person.id == bindparam("me"))
)


def request_facts(work: UnitOfWork, child_id: int) -> dict[str, str]:
    """Return what other forms quote from the child's newest request, if this person may read it."""
    found = request_for(work.session, child_id)
    if found is None:
        return {}
    request, submission = found
    asked = definition_of(work.session, request)
    facts = {"request.received_on": _day(request.received_on)}
    for fact, (section_id, question_id) in FROM_REQUEST.items():
        section = asked.section(section_id)
        question = section.question(question_id)
        value = (submission.answers.get(section_id) or {}).get(question_id)
        facts[fact] = question.option_label(value) if question.options and value else str(value or "")
    return facts


@dataclass(frozen=True)
class RequestFacts:
    """What a request says that decides whose advice an assessment needs."""

    has_sensory_need: bool = False
    is_looked_after: bool = False
    is_from_family: bool = False
    people: tuple[str, ...] = ()
    """The professionals whom the request names, each with role and organisation."""


SENSORY_NEEDS = frozenset({"HI", "VI", "MSI"})
"""The codes of a hearing impairment, a vision impairment, and both."""
NEEDS = (("reason", "primary_need"), ("reason", "secondary_need"))
LOOKED_AFTER = ("circumstances", "in_care")
PEOPLE = ("evidence", "professionals")


def facts_of_request(work: UnitOfWork, child_id: int) -> RequestFacts:
    """Return these facts from the child's newest request; nothing is known without one that this person may read."""
    found = request_for(work.session, child_id)
    if found is None:
        return RequestFacts()
    request, submission = found

    def answer(place: tuple[str, str]) -> Any:
        section, question = place
        return (submission.answers.get(section) or {}).get(question)

    rows = [row for row in answer(PEOPLE) or [] if row.get("full_name")]
    named = [[row.get(part) for part in ("full_name", "role", "organisation")] for row in rows]
    return RequestFacts(
        has_sensory_need=any(answer(place) in SENSORY_NEEDS for place in NEEDS),
        is_looked_after=answer(LOOKED_AFTER) == "yes",
        is_from_family=request.organisation_id is None,
        people=tuple(", ".join(str(part) for part in parts if part) for parts in named),
    )


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
