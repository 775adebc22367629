"""Pages that return a saved form to the person who entered it, and to no one else."""

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.accounts import acting_for, saved_submissions
from app.views.web.base import PortalView
from app.views.web.cookie import SAVED_SUBMISSION
from app.views.web.i18n import gettext as _
from app.views.web.register import register


@register()
class SavedSubmissionView(PortalView):
    """Pages for a form that was sent after the log-in had ended."""

    route_base = "/kept"
    class_permission_name = "Account"

    @expose("/")
    @has_access
    def show(self) -> ResponseReturnValue:
        """Show what was entered, and a button that sends it to its page."""
        with self.work() as work:
            saved = saved_submissions.load(work, session.get(SAVED_SUBMISSION))
            if saved is None:  # none, or another person's, for whom it stays
                return redirect(url_for("HomeView.home"))
            is_for_another = saved.organisation_id != work.me.organisation_id
            then = acting_for.mine_at(work, saved.organisation_id) if is_for_another else None
        words = [value for name, value in saved.fields if " " in value.strip() and not name.startswith("_")]
        if is_for_another:
            return self.page("log_in/kept_for_another.html", saved=saved, words=words, then=then)
        return self.page("log_in/kept.html", saved=saved, words=words)

    @expose("/continue", methods=["POST"])
    @has_access
    def carry_on(self) -> ResponseReturnValue:
        """Send the form to its page: status 307 makes the browser send the same form there."""
        with self.work() as work:
            saved = saved_submissions.load(work, session.get(SAVED_SUBMISSION))
            if saved is None:  # none, another person's, or encrypted with a missing key: it stays
                return redirect(url_for("HomeView.home"))
            if saved.organisation_id != work.me.organisation_id:
                return redirect(url_for("SavedSubmissionView.show"))
            saved_submissions.forget(work, session.get(SAVED_SUBMISSION))
        session.pop(SAVED_SUBMISSION, None)
        return redirect(saved.path, 307)

    @expose("/discard", methods=["POST"])
    @has_access
    def discard(self) -> ResponseReturnValue:
        """Delete the saved form."""
        with self.work() as work:
            saved_submissions.forget(work, session.get(SAVED_SUBMISSION))
        session.pop(SAVED_SUBMISSION, None)
        flash(_("What you typed has been deleted."))
        return redirect(url_for("HomeView.home"))
