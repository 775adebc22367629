"""What a service refused, put where it was typed."""

from collections.abc import Iterable

from wtforms import Form

from app.core.errors import FieldError
from app.views.web.pages import translated


def put_faults(form: Form, faults: Iterable[FieldError], **renamed: str) -> None:
    """Show each fault at its field; `renamed` says which field of this page a fault of another name belongs to.

    A field that already says what is wrong with it keeps its own words.
    """
    for fault in faults:
        field = form[renamed.get(fault.field, fault.field)]
        if not field.errors:
            field.errors = [translated(fault.text)]
