"""The table of what the SEN2 return asks about a case, and the criterion for cases with an answer missing."""

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.plan_tables import Plan, PlanKind
from app.cases.rules.case_states import OVERTURNING, CaseState
from app.cases.rules.sen2 import EVERY_STATE, FIELDS, ReturnField
from app.cases.tables import Case, Decision
from app.core.base import Row


class CaseReturn(Row):
    """What the SEN2 return asks about a case beyond its dates and decisions, in the return's codes (rules/sen2.py);
    empty where it is not known yet."""

    __tablename__ = "case_return"

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"), unique=True)
    sex: Mapped[str] = mapped_column(default="")
    ethnicity: Mapped[str] = mapped_column(default="")
    youth_accommodation: Mapped[str] = mapped_column(default="")
    request_mediation: Mapped[str] = mapped_column(default="")
    request_tribunal: Mapped[str] = mapped_column(default="")
    assessment_mediation: Mapped[str] = mapped_column(default="")
    assessment_tribunal: Mapped[str] = mapped_column(default="")
    other_mediation: Mapped[str] = mapped_column(default="")
    other_tribunal: Mapped[str] = mapped_column(default="")
    primary_need: Mapped[str] = mapped_column(default="")
    secondary_need: Mapped[str] = mapped_column(default="")
    placement: Mapped[str] = mapped_column(default="")
    sen_unit: Mapped[str] = mapped_column(default="")
    resourced_provision: Mapped[str] = mapped_column(default="")
    residential: Mapped[str] = mapped_column(default="")
    work_based: Mapped[str] = mapped_column(default="")
    personal_budget: Mapped[str] = mapped_column(default="")
    arrangements: Mapped[str] = mapped_column(default="")
    direct_payments: Mapped[str] = mapped_column(default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))


HAS_PLACE = exists(
    select(Plan.id)
    .where(Plan.case_id == Case.id, Plan.kind == PlanKind.final, Plan.setting_id.is_not(None))
    .correlate(Case)
)
"""Whether the final plan of a case names a school or college of the portal."""


def overturned_to(outcome: CaseState) -> ColumnElement[bool]:
    """Return the criterion for cases in which mediation or the Tribunal changed a refusal to this outcome."""
    bases = sorted(OVERTURNING, key=lambda basis: basis.name)
    changed = select(Decision.case_id).where(Decision.outcome == outcome, Decision.basis.in_(bases))
    return Case.id.in_(changed)


def lacks(field: ReturnField) -> ColumnElement[bool]:
    """Return the criterion for cases in which this field must have an answer and has none."""
    answered = select(CaseReturn.case_id).where(getattr(CaseReturn, field.name) != "")
    criteria: list[ColumnElement[bool]] = [Case.id.not_in(answered)]
    if field.needed_in != EVERY_STATE:
        needed = Case.state.in_(sorted(field.needed_in, key=lambda state: state.name))
        outcome = field.after_overturn_to
        criteria.append(needed if outcome is None else or_(needed, overturned_to(outcome)))
    if field.unless_place:
        criteria.append(~HAS_PLACE)
    return and_(*criteria)


def lacks_any() -> ColumnElement[bool]:
    """Return the criterion for cases in which any answer is missing."""
    return or_(*[lacks(field) for field in FIELDS if field.needed_in])
