"""Enter a percentage that the department published, for the manager's page."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.cases.figure_tables import PublishedFigure
from app.cases.rules.figures import PublishedMeasure
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.roles import Role
from app.core.text_input import character_faults, clean_line
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

LONGEST_TEXT = 300
YEARS = range(2014, 2101)
"""Plans exist since 2014."""


@dataclass(frozen=True)
class EnteredFigure:
    """A published percentage as a manager enters it."""

    area: str
    year: int | None
    measure: PublishedMeasure | None
    percentage: Decimal | None
    source: str


def add_published(work: UnitOfWork, entered: EnteredFigure) -> PublishedFigure:
    """Add a published figure and return it; for SEN managers only. Raises ValidationFailed with each fault, and Conflict
    when another manager adds the same one at that moment."""
    return _store(work, PublishedFigure(), entered, "added")


def change_published(work: UnitOfWork, figure_id: int, entered: EnteredFigure) -> PublishedFigure:
    """Correct a published figure and return it; for SEN managers only. Raises ValidationFailed with each fault."""
    return _store(work, work.get(PublishedFigure, figure_id), entered, "changed")


def _store(work: UnitOfWork, figure: PublishedFigure, entered: EnteredFigure, change: str) -> PublishedFigure:
    if not work.me.has(Role.sen_manager):
        raise Forbidden("store_published")
    area, source = clean_line(entered.area), clean_line(entered.source)
    if faults := _faults(entered, area, source) or _taken(work, figure, entered, area):
        raise ValidationFailed(*faults)
    figure.area, figure.source = area, source
    figure.year, figure.percentage = entered.year or 0, entered.percentage or Decimal(0)
    figure.measure = entered.measure or PublishedMeasure.plan
    if change == "added":
        work.add_only(figure, Conflict("PublishedFigure"))
    work.record(ReferenceChanged(table=PublishedFigure.__tablename__, row_id=figure.id, change=change))
    return figure


def _faults(entered: EnteredFigure, area: str, source: str) -> list[FieldError]:
    faults = []
    for field, text, missing in (
        ("area", area, N_("Enter England or the name of the council")),
        ("source", source, N_("Enter the publication and its licence")),
    ):
        if not text:
            faults.append(FieldError(field, Wording(missing)))
        elif len(text) > LONGEST_TEXT:
            words = N_("Use %(longest)s characters or fewer")
            faults.append(FieldError(field, Wording(words, longest=LONGEST_TEXT)))
        faults += character_faults(field, text)
    if entered.year not in YEARS:
        faults.append(FieldError("year", Wording(N_("Enter the calendar year, like 2024"))))
    if entered.measure is None:
        faults.append(FieldError("measure", Wording(N_("Choose what is counted"))))
    if entered.percentage is None or not 0 <= entered.percentage <= 100:
        faults.append(FieldError("percentage", Wording(N_("Enter a percentage from 0 to 100, like 46.4"))))
    return faults


def _taken(work: UnitOfWork, figure: PublishedFigure, entered: EnteredFigure, area: str) -> list[FieldError]:
    """Return the fault of a second figure for the same area, year and measure."""
    same = select(PublishedFigure.id).where(
        PublishedFigure.area == area,
        PublishedFigure.year == entered.year,
        PublishedFigure.measure == entered.measure,
    )
    found = work.session.scalars(same).first()
    if found is None or found == figure.id:
        return []
    return [FieldError("area", Wording(N_("This figure is in the list already. Change it there")))]
