"""Errors of a use case shown at the fields of a form."""

from collections.abc import Iterable

from wtforms import Form

from app.core.errors import FieldError
from app.views.web.pages import translated


def show_errors(form: Form, faults: Iterable[FieldError], **renamed: str) -> None:
    """Add each error to its field; `renamed` maps an error's field name to the name on this page.

    A field that has an error already keeps it. A box that confirms warnings shows all of them.
    """
    warnings: list[str] = []
    for fault in faults:
        field = form[renamed.get(fault.field, fault.field)]
        if fault.field == CONFIRMED:
            warnings.append(str(translated(fault.text)))
            field.errors = [". ".join(warnings)]
        elif not field.errors:
            field.errors = [translated(fault.text)]


CONFIRMED = "despite"
"""The box by which an officer confirms warnings."""
