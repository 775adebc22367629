"""The SEN team's pages in the demo of a county: 8,000 children, 2,500 live cases."""

from sqlalchemy import func, select

from app.cases.tables import Case
from app.core.database.row_filter import bypass_row_filter
from app.core.unit_of_work import AppContext
from app.models import Child
from bench.speed.apps.portal import log_in, open_portal, searches
from bench.speed.measured import Application, Ask
from bench.speed.world import COUNTY

MANAGER = "Mary"


def open_application(people: int) -> Application:  # noqa: ARG001 - the county has one size
    """Return the portal on the demo of a county, as a manager uses it."""
    web, app = open_portal(COUNTY)
    mary = log_in(web, app, MANAGER)
    child, surname = _live_child(web.extensions["app_context"])
    app.pages.update(
        {
            "child": lambda: Ask(f"/children/{child}", mary),
            "children": lambda: Ask("/people/list/", mary),
            "today": lambda: Ask("/today/?whose=team", mary),
            "today_overdue": lambda: Ask("/today/?whose=team&reason=overdue", mary),
            "board": lambda: Ask("/cases/board/", mary),
            "cases": lambda: Ask("/cases/list/", mary),
            "cases_overdue": lambda: Ask("/cases/list/?show=overdue", mary),
            "find": searches(app, mary, surname, "/find/"),
            "figures": lambda: Ask("/cases/figures/", mary),
        }
    )
    return app


def _live_child(context: AppContext) -> tuple[int, str]:
    """Return the id and surname of a child with a case on which something is due."""
    with context.database.open() as session:
        bypass_row_filter(session, "a child to measure is looked up")
        live = select(func.max(Case.child_id)).where(Case.due_on.is_not(None))
        child = session.scalars(select(Child).where(Child.id == live.scalar_subquery())).one()
        return child.id, child.surname or child.forenames
