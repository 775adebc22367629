"""The manager's page of figures over all cases, and its tables as CSV files."""

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.cases.queries import figures as counted
from app.children.events import ListExported
from app.core.activity_limits import EXPORTS, count_mine
from app.core.unit_of_work import UnitOfWork
from app.views.cases.figure_tables import TABLES, FigurePage, charts, tiles
from app.views.web.base import PortalView, my_work, read_only_work
from app.views.web.csv_cells import csv_file
from app.views.web.register import register


@register(_l("Figures"), order=47, opens="figures", within="CaseList", grant="Figures")
class FiguresView(PortalView):
    """How often the limits are met, what falls due, and who has how much of it, over all cases."""

    route_base = "/cases/figures"
    default_view = "figures"
    list_title = _l("Figures")

    @expose("/")
    @has_access
    def figures(self) -> ResponseReturnValue:
        """Show all figures. They name no child, so reading them is not in the audit log."""
        page = _read(read_only_work())
        return self.page(
            "casework/figures.html",
            today=page.today,
            tiles=tiles(page),
            charts=charts(page),
            tables={name: table(page) for name, table in TABLES.items()},
        )

    @expose("/export.csv")
    @has_access
    def export(self) -> ResponseReturnValue:
        """Return one table as a CSV file, the one that the address names. The audit log stores who exported it."""
        name = request.args.get("table", next(iter(TABLES)))
        if name not in TABLES:
            abort(404)
        with my_work(always_commit=True) as work:
            count_mine(work, EXPORTS)
        with my_work() as work:
            table = TABLES[name](_read(work))
            work.record(ListExported(list_name="FiguresView", rows=len(table.rows), asked={"table": name}))
        rows = ([cell.text for cell in row] for row in table.rows)
        return csv_file(f"figures-{name}", table.heads, rows)


def _read(work: UnitOfWork) -> FigurePage:
    session, today = work.session, work.today
    return FigurePage(
        today,
        counted.of_months(session, today),
        counted.open_cases(session, today),
        counted.workloads(session, today),
        counted.late_advice(session, today),
        counted.published(session),
    )
