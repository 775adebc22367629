"""The system status page for administrators."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l

from app.operations import status
from app.views.operations.status_labels import lane_words, letter_words, reason_words, weakness_words
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.register import register


@register(_l("System status"), order=140, opens="show")
class RunningView(PortalView):
    """Mail, workers, backup and versions, with a button to send an undelivered mail again."""

    route_base = "/running"
    class_permission_name = "Running"

    @expose("/")
    @has_access
    def show(self) -> ResponseReturnValue:
        """Show the system status."""
        work = read_only_work()
        doing = status.system_status(work)
        return self.page(
            "admin/running.html",
            doing=doing,
            lanes=[(lane_words(lane.name), lane) for lane in doing.queue.lanes],
            mails=[(each, letter_words(each.letter), reason_words(each.reason)) for each in doing.mails],
            warnings=[weakness_words(each) for each in doing.weaknesses],
        )

    @expose("/mail/<int:mail_id>/again", methods=["POST"])
    @has_access
    def again(self, mail_id: int) -> ResponseReturnValue:
        """Put an undelivered mail back into the queue."""
        with self.work() as work:
            status.send_again(work, mail_id)
        flash(_("The email is in the queue again."), "success")
        return redirect(url_for("RunningView.show"))
