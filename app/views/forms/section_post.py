"""The post of a section's page, as the use cases take it."""

from typing import BinaryIO, cast

from flask import request

from app.forms.section_posts import SectionPost, Upload
from app.views.web.request_limits import uploaded_files


def section_post() -> SectionPost:
    """Return what was posted: the fields, and the files with the question each answers."""
    uploads = [
        Upload(question_id, one.filename, cast(BinaryIO, one.stream))
        for question_id, one in uploaded_files().items(multi=True)
        if one.filename
    ]
    return SectionPost(request.form, uploads)
