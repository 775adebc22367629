"""The results of the search box in the header: posted, so that nothing about a child is in an address, a history or a log."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.cases.queries.find_child import MOST_FOUND, NOTHING, PAGE_SIZE, FoundChild, Why, find_child
from app.cases.rules.status import status_text
from app.children.events import ChildrenListed
from app.core.command_line import app_context
from app.views.web.base import PortalView
from app.views.web.due_dates import late
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register
from app.views.web.searching import count_search, search_text

PAGES = {str(number): number for number in range(1, -(-MOST_FOUND // PAGE_SIZE) + 1)}
"""The pages there can be; any other number is the first."""


@register()
class FindView(PortalView):
    """Find a child: for SEN officers and managers, from every page."""

    route_base = "/find"
    class_permission_name = "CaseWork"
    default_view = "find"
    list_title = _l("Find a child")

    @expose("/", methods=["GET", "POST"])
    @has_access
    def find(self) -> ResponseReturnValue:
        """Show the children found, or open the page of the only one with the number entered."""
        text = search_text()
        found = NOTHING
        if text:
            page = PAGES.get(request.form.get("page", ""), 1)
            with self.work() as work:
                count_search(work)
                found = find_child(work.session, text, page)
                asked = {"find": text} | ({"page": str(found.page)} if found.page > 1 else {})
                work.record(ChildrenListed(list_name="FindView", asked=asked, rows=found.count))
        if found.opens is not None:
            return redirect(url_for("ChildView.show", child_id=found.opens))
        today = app_context().clock.today()
        return self.page(
            "casework/find.html",
            found=found,
            rows=[
                (child, translated(status_text(child.standing)), late(child.standing, today), _why(child))
                for child in found.children
            ],
            looked_for=text,
            page_size=PAGE_SIZE,
        )


def _why(child: FoundChild) -> list[str]:
    """Return why a child was found, in words."""
    words: dict[Why, str] = {
        Why.known_as: _("Known as %(name)s", name=child.known_as),
        Why.spelling: _("Similar spelling"),
        Why.postcode: _("Address: %(postcode)s", postcode=child.postcode),
        Why.school: _("School or setting"),
    }
    return [words[each] for each in child.why]
