"""The page that downloads a file: only for those who may see it, only as a download, never shown in the browser."""

from flask import send_file
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.documents import documents
from app.forms.reading import name_to_read
from app.views.web.base import PortalView, my_work
from app.views.web.register import register

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@register()
class DocumentView(PortalView):
    """One file."""

    route_base = "/documents"
    class_permission_name = "Documents"

    @expose("/<int:document_id>/download")
    @has_access
    def download(self, document_id: int) -> ResponseReturnValue:
        """Send a file with the name and type that were checked; the browser must not guess the type.

        A HEAD also learns the file's name, so it is recorded as a download too.
        """
        with my_work(always_commit=True) as work:
            document, content = documents.open_for_download(work, document_id)
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
