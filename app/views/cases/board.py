"""The board of open cases, by stage."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.cases.queries.board import Show, board
from app.cases.queries.today import COUNT_UP_TO
from app.cases.rules.board import BOARD
from app.children.events import ChildrenListed
from app.views.web.base import PortalView
from app.views.web.due_dates import due
from app.views.web.i18n import gettext as _
from app.views.web.register import register

SHOWN = {Show.team: _l("The whole team"), Show.mine: _l("Mine"), Show.late: _l("Overdue")}


@register(_l("Board"), order=46, opens="board", within="CaseList")
class CaseBoardView(PortalView):
    """Open cases by stage, those with the fewest days left first."""

    route_base = "/cases/board"
    class_permission_name = "CaseWork"
    default_view = "board"
    list_title = _l("Board of cases")

    @expose("/")
    @has_access
    def board(self) -> ResponseReturnValue:
        """Show each stage with its number of cases and the most urgent of them."""
        asked = request.args.get("show", "")
        show = Show[asked] if asked in Show.__members__ else Show.team
        with self.work() as work:
            stages = board(work.session, work.me, work.today, show)
            rows = sum(len(stage.cards) for stage in stages)
            work.record(ChildrenListed(list_name="CaseBoardView", asked={"show": show.name}, rows=rows))
            found = [
                (
                    _(BOARD[stage.state]),
                    stage,
                    url_for("CaseList.list", _flt_0_state=stage.state.name),
                    [(card, due(card.due_on, work.today, excused=card.excused)) for card in stage.cards],
                )
                for stage in stages
            ]
        return self.page(
            "casework/board.html",
            stages=found,
            most=COUNT_UP_TO,
            links=[
                {
                    "text": text,
                    "href": url_for("CaseBoardView.board", show=each.name),
                    "active": each is show,
                }
                for each, text in SHOWN.items()
            ],
        )
