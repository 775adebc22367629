"""What is filled in for the merge fields of a notice from its case."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.tables.people import Person
from app.cases.decisions import latest_decision
from app.cases.plan_tables import Plan, PlanKind
from app.cases.tables import Case
from app.children.tables import Child
from app.core.unit_of_work import UnitOfWork
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Advice
from app.organisations.tables import Organisation

USUAL_ADVISERS = (
    "- the school, early years setting or college\n- the health services that the health commissioning body names\n"
    "- an educational psychologist\n- social care"
)
"""Whom the law names (reg. 6(1)), where no one was asked yet or no place may be named."""
UNNAMED_SETTING = "the school or college in section I"


def standing_values(work: UnitOfWork, case: Case) -> dict[str, str]:
    """Return the values that depend neither on the recipient nor on the day of serving; "" where nothing is known.

    Where an address is confidential, no organisation is named, since it shows where the child is.
    """
    child = work.get(Child, case.child_id)
    decision = latest_decision(work, case.id)
    council = work.context.settings.council
    return {
        **council_values(council),
        "child_name": child.name,
        "child_date_of_birth": in_words(child.date_of_birth),
        "case_number": case.number,
        "received_on": in_words(case.received_on),
        "decided_on": in_words(decision.decided_on) if decision is not None else "",
        "reasons": decision.reason if decision is not None else "",
        "officer_name": _officer(work, case),
        "advisers": USUAL_ADVISERS if child.contact_risk else _advisers(work, child.id),
        "setting": _setting(work, case, child),
    }


def council_values(council: Any) -> dict[str, str]:
    """Return the values that are the same in every notice (config.Council)."""
    of = vars(council)
    return {
        "council_name": of["name"],
        "sen_phone": of["sen_phone"],
        "sen_email": of["sen_email"],
        "sendiass": f"{of['sendiass_name']}: {of['sendiass_phone']}",
        "mediation_adviser": of["mediation_adviser"],
        "disagreement_resolution": of["disagreement_resolution"],
    }


def in_words(day: date) -> str:
    """Return a day as letters write it, in English."""
    return f"{day.day} {day:%B %Y}"


def _officer(work: UnitOfWork, case: Case) -> str:
    owner = work.find(Person, case.owner_id)
    return owner.name if owner is not None else work.me.name


def _advisers(work: UnitOfWork, child_id: int) -> str:
    found = (
        select(Organisation.name, Advice.service)
        .join(Advice, Advice.organisation_id == Organisation.id)
        .where(Advice.child_id == child_id, Advice.statutory, Advice.state != FormState.cancelled)
        .order_by(Organisation.name, Advice.service)
        .distinct()
    )
    names = [
        f"- {name}, {service}" if service else f"- {name}" for name, service in work.session.execute(found)
    ]
    return "\n".join(names) or USUAL_ADVISERS


def _setting(work: UnitOfWork, case: Case, child: Child) -> str:
    found = select(Plan).where(Plan.case_id == case.id, Plan.kind == PlanKind.final)
    found = found.options(joinedload(Plan.setting)).order_by(Plan.number.desc()).limit(1)
    plan = work.session.scalars(found).one_or_none()
    if plan is None:
        return ""
    if child.contact_risk:
        return UNNAMED_SETTING
    return plan.setting.name if plan.setting is not None else plan.setting_type
