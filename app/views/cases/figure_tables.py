"""The tables and charts of the manager's page, ready for the template and for a CSV file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from flask import url_for

from app.cases.queries.figures import (
    OVERDUE,
    LateAdvice,
    OfMonths,
    OpenCases,
    Published,
    Workload,
    by_area,
)
from app.cases.rules.board import BOARD
from app.cases.rules.figures import (
    BANDS,
    FORMULAS,
    MEASURE_LABELS,
    MEASURES,
    OUTCOMES,
    PUBLISHED_LABELS,
    WEEKS,
    WITHOUT_EXCEPTIONS,
    Counted,
    Figure,
    Measure,
    Month,
    PublishedMeasure,
    Timeliness,
    months_until,
    weeks_from,
)
from app.views.cases.figure_words import OUTCOME_WORDS, figure_href, month_text
from app.views.web.i18n import gettext as _
from app.views.web.i18n import reader_locale

ENGLAND = "England"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the list behind it, and how much of the longest bar it fills, in percent."""

    text: str
    href: str | None = None
    bar: float | None = None
    dark: float = 0
    """The part of the bar that is overdue or late."""


@dataclass(frozen=True)
class FigureTable:
    """A table of figures. The first cell of a row is its head; the others are numbers."""

    name: str
    title: Any
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    text: str = ""
    """What the figures count, where the heads do not say it."""
    notes: Sequence[str] = ()
    stacked: bool = False
    """Whether each row is a card on a phone; else the table is scrolled sideways."""
    bars: int = -1
    """The place of the column with bars."""
    most: int = 50
    """How many rows the page shows; the CSV file has all."""


@dataclass(frozen=True)
class Column:
    """One column of a chart: its label, what is printed on it, and its height in percent of the chart."""

    label: str
    text: str
    height: float


@dataclass(frozen=True)
class Chart:
    """A chart of columns, one for each month, with a line to compare with."""

    name: str
    title: str
    columns: Sequence[Column]
    line: float | None = None
    line_text: str = ""


@dataclass(frozen=True)
class FigurePage:
    """All figures as they were read."""

    today: date
    months: OfMonths
    open: OpenCases
    workloads: Sequence[Workload]
    advice: Sequence[LateAdvice]
    published: Sequence[Published]
    shown: Sequence[Month] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shown", months_until(self.today))

    @property
    def this_year(self) -> Sequence[Month]:
        """The months of the calendar year so far, which is what SEN2 counts."""
        return [month for month in self.shown if month.year == self.today.year]

    @property
    def full_months(self) -> Sequence[Month]:
        """The last twelve months that are over."""
        return self.shown[:-1]


def number(count: int) -> str:
    """Return a count as the page writes it."""
    return f"{count:,}"


def percent(share: Decimal | None) -> str:
    """Return a percentage as the page writes it; a dash where nothing was counted."""
    return "–" if share is None else f"{share}%"


def linked(count: int, figure: Figure) -> Cell:
    """Return the cell of a count, with the list behind it."""
    return Cell(number(count), figure_href(figure) if count else None)


def in_time(page: FigurePage) -> FigureTable:
    """Return how often each limit was met, this calendar year and over the last twelve full months."""
    rows = []
    for counted, measure in MEASURES.items():
        for months, text in (
            (page.this_year, _("this year so far")),
            (page.full_months, _("last 12 full months")),
        ):
            found = page.months.timeliness(measure, months)
            first, last = months[0], months[-1]
            label = _("%(measure)s: %(period)s", measure=_(MEASURE_LABELS[measure]), period=text)
            rows.append(
                [
                    Cell(label),
                    Cell(percent(found.of_all)),
                    Cell(percent(found.without_exceptions)),
                    linked(found.done, Figure(counted, "all", first, last)),
                    linked(found.late, Figure(counted, "late", first, last)),
                    linked(found.excused, Figure(counted, "excused", first, last)),
                ]
            )
    heads = [
        _("Time limit"),
        _("In time, all"),
        _("In time, without exceptions"),
        _("Cases"),
        _("Late"),
        _("With an exception"),
    ]
    notes = [
        _("%(measure)s: %(formula)s", measure=_(MEASURE_LABELS[each]), formula=_(FORMULAS[each]))
        for each in Measure
    ]
    return FigureTable(
        "in-time", _("In time"), heads, rows, notes=[*notes, _(WITHOUT_EXCEPTIONS)], stacked=True
    )


def by_month(page: FigurePage) -> FigureTable:
    """Return the requests and decisions of each month."""
    rows = []
    for month in reversed(page.shown):
        counts = page.months
        rows.append(
            [
                Cell(month_text(month)),
                linked(counts.received.get(month, 0), Figure(Counted.received, "all", month, month)),
                *(
                    linked(
                        counts.outcomes.get((month, outcome), 0),
                        Figure(Counted.outcome, outcome.name, month, month),
                    )
                    for outcome in OUTCOMES
                ),
                linked(counts.final_plans.get(month, 0), Figure(Counted.final, "all", month, month)),
            ]
        )
    heads = [_("Month"), _("Requests"), *(str(OUTCOME_WORDS[each]) for each in OUTCOMES), _("Final plans")]
    text = _(
        "Requests by the day of receipt, the council’s own decisions by the day they were made, final plans by the day"
        " they were sent. A decision that was corrected counts once, as corrected."
    )
    return FigureTable("by-month", _("Requests and decisions by month"), heads, rows, text)


def in_time_by_month(page: FigurePage) -> FigureTable:
    """Return how often each limit was met in each month."""
    rows = []
    for month in reversed(page.shown):
        cells = [Cell(month_text(month))]
        for counted, measure in MEASURES.items():
            found = page.months.timeliness(measure, [month])
            href = figure_href(Figure(counted, "late", month, month)) if found.late else None
            cells += [
                Cell(percent(found.of_all), href),
                Cell(percent(found.without_exceptions)),
            ]
        rows.append(cells)
    names = (_("6 weeks"), _("16 weeks"), _("20 weeks"))
    heads = [_("Month")]
    for name in names:
        heads += [
            _("%(limit)s, all", limit=name),
            _("%(limit)s, without exceptions", limit=name),
        ]
    text = _("In percent of the month. A percentage leads to the cases that were late.")
    return FigureTable("in-time-by-month", _("In time by month"), heads, rows, text)


def forecast(page: FigurePage) -> FigureTable:
    """Return in how many cases the next limit falls into each of the next weeks."""
    weeks: list[tuple[int, str, Figure]] = [
        (OVERDUE, _("Overdue now"), Figure(Counted.due, "overdue")),
        *(
            (
                week,
                _("%(first)s to %(last)s", first=_day(first), last=_day(last)),
                Figure(Counted.due, f"week{week}"),
            )
            for week, (first, last) in enumerate(weeks_from(page.today), start=1)
        ),
    ]
    most = max((page.open.in_week(week) for week, _text, _figure in weeks), default=0)
    rows = []
    for week, text, figure in weeks:
        total = page.open.in_week(week)
        staged = {state: page.open.due.get((week, state), 0) for state in BOARD}
        rows.append(
            [
                Cell(text),
                _bar(linked(total, figure), total, total if week == OVERDUE else 0, most),
                *(
                    Cell(number(count), f"{figure_href(figure)}&_flt_0_state={state.name}" if count else None)
                    for state, count in staged.items()
                ),
                Cell(number(total - sum(staged.values()))),
            ]
        )
    heads = [_("Due"), _("Cases"), *(_(words) for words in BOARD.values()), _("Notice of a refusal")]
    text = _(
        "Cases whose next limit falls into the week and in which what is due is not done. Cases with an exception to"
        " that limit are left out; %(count)s of them are past their limit.",
        count=number(page.open.excused),
    )
    return FigureTable("forecast", _("Limits in the next 4 weeks"), heads, rows, text, stacked=True, bars=1)


def ages(page: FigurePage) -> FigureTable:
    """Return the ages of open cases."""
    most = max(page.open.ages.values(), default=0)
    rows = []
    for place, band in enumerate(BANDS):
        count, late = page.open.ages.get(place, 0), page.open.overdue_ages.get(place, 0)
        cell = linked(count, Figure(Counted.age, str(place)))
        rows.append(
            [
                Cell(_(band.text)),
                _bar(cell, count, late, most),
                linked(late, Figure(Counted.age, f"{place}_overdue")),
            ]
        )
    heads = [_("Since the request"), _("Open cases"), _("Of which overdue")]
    text = _("Cases in which something is due, by the time since the day of receipt.")
    return FigureTable("ages", _("Age of open cases"), heads, rows, text, bars=1)


def officers(page: FigurePage) -> FigureTable:
    """Return the open cases of each officer."""
    most = max((each.total for each in page.workloads), default=0)
    rows = []
    for each in page.workloads:
        total, overdue, soon = (
            Figure(Counted.owner, part, owner_id=each.owner_id or 0) for part in ("all", "overdue", "soon")
        )
        rows.append(
            [
                Cell(each.name or _("No owner")),
                _bar(linked(each.total, total), each.total, each.overdue, most),
                linked(each.overdue, overdue),
                linked(each.soon, soon),
            ]
        )
    heads = [_("Officer"), _("Open cases"), _("Overdue"), _("Due within 4 weeks")]
    return FigureTable("officers", _("Open cases by officer"), heads, rows, bars=1)


def advice(page: FigurePage) -> FigureTable:
    """Return the late advice of each organisation."""
    most = max((each.late for each in page.advice), default=0)
    rows = []
    for each in page.advice:
        href, owed = (
            url_for("AdviceList.list", figure=f"{kind}.{each.organisation_id or 0}")
            for kind in ("late", "owed")
        )
        rows.append(
            [
                Cell(each.name or _("No organisation")),
                _bar(Cell(number(each.late), href), each.late, each.late, most),
                Cell(number(each.awaited), owed),
                Cell(number((page.today - each.oldest).days)),
            ]
        )
    heads = [_("Organisation"), _("Late"), _("All that it owes"), _("Days late, the oldest")]
    text = _("Statutory advice that was asked for, has not come, and whose 6 weeks have passed (reg. 8).")
    return FigureTable("advice", _("Late advice by organisation"), heads, rows, text, bars=1, most=15)


def compared(page: FigurePage) -> FigureTable:
    """Return the council's percentages beside those that the department published."""
    rows = []
    for months, text in (
        (page.this_year, _("This council, %(year)s so far", year=page.today.year)),
        (page.full_months, _("This council, last 12 full months")),
    ):
        own = _own(page, months)
        rows.append([Cell(text), *(Cell(percent(own[measure])) for measure in PublishedMeasure)])
    for (area, year), values in by_area(page.published).items():
        rows.append(
            [
                Cell(_("%(area)s, %(year)s", area=area, year=year)),
                *(Cell(percent(values.get(measure))) for measure in PublishedMeasure),
            ]
        )
    heads = [_("Who and when"), *(_(words) for words in PUBLISHED_LABELS.values())]
    notes = [*dict.fromkeys(each.source for each in page.published)]
    text = _("Calendar years. A dash: not entered, or nothing was counted.")
    return FigureTable(
        "compared", _("Beside England and other councils"), heads, rows, text, notes, stacked=True
    )


def _day(day: date) -> str:
    return str(format_date(day, "d MMM", locale=reader_locale()))


def _own(page: FigurePage, months: Sequence[Month]) -> Mapping[PublishedMeasure, Decimal | None]:
    plans = page.months.timeliness(Measure.plan, months)
    return {
        PublishedMeasure.decided: page.months.timeliness(Measure.decided, months).of_all,
        PublishedMeasure.plan_without_exceptions: plans.without_exceptions,
        PublishedMeasure.plan: plans.of_all,
    }


def _bar(cell: Cell, count: int, dark: int, most: int) -> Cell:
    return Cell(cell.text, cell.href, 100 * count / (most or 1), 100 * dark / (most or 1))


TABLES: Mapping[str, Callable[[FigurePage], FigureTable]] = {
    "in-time": in_time,
    "in-time-by-month": in_time_by_month,
    "by-month": by_month,
    "forecast": forecast,
    "ages": ages,
    "advice": advice,
    "officers": officers,
    "compared": compared,
}
"""Each table by its name in the address of its CSV file."""


def charts(page: FigurePage) -> Sequence[Chart]:
    """Return the charts of the months."""
    england = by_area(page.published)
    known = {
        measure: (share, year)
        for (area, year), values in england.items()
        if area == ENGLAND
        for measure, share in values.items()
    }
    counts = page.months
    return [
        _shares(
            "plans-in-time",
            _("Final plan within 20 weeks, without exceptions, in percent"),
            page,
            Measure.plan,
            lambda found: found.without_exceptions,
            known.get(PublishedMeasure.plan_without_exceptions),
        ),
        _shares(
            "decided-in-time",
            _("Decision within 6 weeks, in percent"),
            page,
            Measure.decided,
            lambda found: found.of_all,
            known.get(PublishedMeasure.decided),
        ),
        _counts("requests", _("Requests received"), page, counts.received),
        _counts("final-plans", _("Final plans sent"), page, counts.final_plans),
    ]


def _shares(
    name: str,
    title: str,
    page: FigurePage,
    measure: Measure,
    share_of: Callable[[Timeliness], Decimal | None],
    known: tuple[Decimal, int] | None,
) -> Chart:
    columns = []
    for month in page.shown:
        share = share_of(page.months.timeliness(measure, [month]))
        text = "" if share is None else f"{share:.0f}"
        columns.append(Column(month_text(month, "MMM"), text, float(share or 0)))
    if known is None:
        return Chart(name, title, columns)
    text = _("England %(year)s: %(share)s", year=known[1], share=percent(known[0]))
    return Chart(name, title, columns, float(known[0]), text)


def _counts(name: str, title: str, page: FigurePage, counts: Mapping[Month, int]) -> Chart:
    most = max(counts.values(), default=0) or 1
    return Chart(
        name,
        title,
        [
            Column(month_text(month, "MMM"), number(counts.get(month, 0)), 100 * counts.get(month, 0) / most)
            for month in page.shown
        ],
    )


def tiles(page: FigurePage) -> Sequence[tuple[str, str, str]]:
    """Return the numbers at the top of the page: number, what it counts, and the list behind it."""
    overdue = page.open.in_week(OVERDUE)
    soon = sum(page.open.in_week(week) for week in range(1, WEEKS + 1))
    late = sum(each.late for each in page.advice)
    return [
        (number(page.open.total), _("open cases"), figure_href(Figure(Counted.due, "all"))),
        (number(overdue), _("overdue, without an exception"), figure_href(Figure(Counted.due, "overdue"))),
        (number(soon), _("due within 4 weeks"), figure_href(Figure(Counted.due, "soon"))),
        (number(late), _("late pieces of advice"), url_for("AdviceList.list", show="overdue")),
    ]
