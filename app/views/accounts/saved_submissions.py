"""What somebody typed while their log-in ran out, given back to them and to nobody else."""

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from app.accounts import saved_submissions
from app.views.web.base import PortalView
from app.views.web.cookie import SAVED_SUBMISSION


class SavedSubmissionView(PortalView):
    """We kept what you typed."""

    route_base = "/kept"
    class_permission_name = "Account"

    @expose("/")
    @has_access
    def show(self) -> ResponseReturnValue:
        """What was typed, and a button that sends it where it was to go."""
        with self.work() as work:
            saved = saved_submissions.load(work, session.get(SAVED_SUBMISSION))
        if saved is None:  # nothing, or somebody else's: it stays for them
            return redirect(url_for("HomeView.home"))
        words = [value for name, value in saved.fields if " " in value.strip() and not name.startswith("_")]
        return self.page("log_in/kept.html", saved=saved, words=words)

    @expose("/continue", methods=["POST"])
    @has_access
    def carry_on(self) -> ResponseReturnValue:
        """Send it where it was to go: 307 tells the browser to send the same form there."""
        with self.work() as work:
            saved = saved_submissions.load(work, session.get(SAVED_SUBMISSION))
            if saved is None:  # nothing, somebody else's, or sealed with a key that is missing: it stays
                return redirect(url_for("HomeView.home"))
            saved_submissions.forget(work, session.get(SAVED_SUBMISSION))
        session.pop(SAVED_SUBMISSION, None)
        return redirect(saved.path, 307)

    @expose("/discard", methods=["POST"])
    @has_access
    def discard(self) -> ResponseReturnValue:
        """It is not wanted."""
        with self.work() as work:
            saved_submissions.forget(work, session.get(SAVED_SUBMISSION))
        session.pop(SAVED_SUBMISSION, None)
        flash(_("What you typed has been deleted."))
        return redirect(url_for("HomeView.home"))
