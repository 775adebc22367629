"""The door through which files go out: only through the row filter, only as a download, never shown in the page."""

from flask import send_file
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.documents import documents
from app.forms.reading import name_to_read
from app.views.web.base import PortalView, my_work

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


class DocumentView(PortalView):
    """One file."""

    route_base = "/documents"
    class_permission_name = "Documents"

    @expose("/<int:document_id>/download")
    @has_access
    def download(self, document_id: int) -> ResponseReturnValue:
        """Hand out a file. Its name and kind are those we checked; the browser is told to guess nothing.

        A HEAD is told the file's name too, and so is on record like whoever opens it.
        """
        with my_work(always_commit=True) as work:
            document, content = documents.hand_out(work, document_id)
            name = name_to_read(work, document)
        answer = send_file(
            content,
            mimetype=document.media_type,
            as_attachment=True,
            download_name=name,
            conditional=False,
            etag=False,
        )
        answer.content_length = document.size
        answer.headers["Content-Security-Policy"] = SANDBOX
        return answer
