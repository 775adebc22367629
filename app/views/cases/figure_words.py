"""What a figure of the manager's page counts, in words, and the list behind it."""

from babel.dates import format_date
from flask import g, url_for
from flask_babel import lazy_gettext as _l

from app.cases.rules.case_states import CaseState
from app.cases.rules.figures import BANDS, Counted, Figure, Month
from app.views.web.i18n import gettext as _
from app.views.web.i18n import reader_locale

OUTCOME_WORDS = {
    CaseState.assessing: _l("Assessment agreed"),
    CaseState.not_assessing: _l("Assessment not agreed"),
    CaseState.preparing_plan: _l("Plan agreed"),
    CaseState.not_issuing: _l("Plan not agreed"),
    CaseState.withdrawn: _l("Withdrawn"),
}
_WORDS = {
    (Counted.received, "all"): _l("requests received"),
    (Counted.decided, "all"): _l("decisions whether to assess"),
    (Counted.decided, "late"): _l("decisions whether to assess after more than 6 weeks"),
    (Counted.decided, "excused"): _l("decisions whether to assess with an exception"),
    (Counted.no_plan, "all"): _l("notices that there will be no plan"),
    (Counted.no_plan, "late"): _l("notices that there will be no plan after more than 16 weeks"),
    (Counted.no_plan, "excused"): _l("notices that there will be no plan with an exception"),
    (Counted.plan, "all"): _l("final plans with the 20-week limit"),
    (Counted.plan, "late"): _l("final plans after more than 20 weeks"),
    (Counted.plan, "excused"): _l("final plans with an exception"),
    (Counted.final, "all"): _l("final plans"),
    (Counted.due, "all"): _l("cases in which something is due"),
    (Counted.due, "overdue"): _l("overdue cases"),
    (Counted.due, "excused"): _l("cases after the limit with an exception"),
    (Counted.due, "soon"): _l("cases due within 4 weeks"),
    (Counted.owner, "all"): _l("open cases of one officer"),
    (Counted.owner, "overdue"): _l("overdue cases of one officer"),
    (Counted.owner, "soon"): _l("cases of one officer due within 4 weeks"),
}


def month_text(month: Month, pattern: str = "MMM yyyy") -> str:
    """Return a month as people write it."""
    return str(format_date(month.first_day, pattern, locale=reader_locale()))


def figure_text(figure: Figure) -> str:
    """Return in words which cases a figure counts."""
    if figure.counted is Counted.age:
        place, _mark, part = figure.part.partition("_")
        age = _(BANDS[int(place)].text)
        return _("overdue cases, %(age)s", age=age) if part else _("open cases, %(age)s", age=age)
    if figure.counted is Counted.outcome:
        what = str(OUTCOME_WORDS[CaseState[figure.part]])
    elif figure.part.startswith("week"):
        what = _("cases due in week %(week)s", week=figure.part.removeprefix("week"))
    else:
        what = str(_WORDS[figure.counted, figure.part])
    if figure.first is None or figure.last is None:
        return what
    first, last = month_text(figure.first, "MMMM yyyy"), month_text(figure.last, "MMMM yyyy")
    if first == last:
        return _("%(what)s, %(month)s", what=what, month=first)
    return _("%(what)s, %(first)s to %(last)s", what=what, first=first, last=last)


def figure_href(figure: Figure) -> str:
    """Return the address of the list of the cases that a figure counts."""
    if "list_of_cases" not in g:  # the page has hundreds of them
        g.list_of_cases = url_for("CaseList.list")
    return f"{g.list_of_cases}?figure={figure}"
