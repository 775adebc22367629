"""Validators for text fields: required, maximum length, and valid codes."""

from collections.abc import Callable
from typing import Any

from wtforms import Field, Form, ValidationError
from wtforms.validators import StopValidation

from app.children.rules.identifiers import CodeError
from app.core.errors import ValidationFailed
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated


class RequiredText:
    """The field is not empty and not too long. The field has cleaned the text (app/views/web/fields.py)."""

    def __init__(self, missing: Any, name: Any, longest: int) -> None:
        self.missing, self.name, self.longest = missing, name, longest

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation for an empty or too long text."""
        text = field.data or ""
        if not text:
            raise StopValidation(str(self.missing))
        if len(text) > self.longest:
            raise StopValidation(
                _("%(name)s must be %(most)s characters or fewer", name=self.name, most=self.longest)
            )


class MayBeEmpty(RequiredText):
    """The field may be empty, but not too long."""

    field_flags = {"optional": True}

    def __init__(self, name: Any, longest: int) -> None:
        super().__init__("", name, longest)

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation for a too long text."""
        if field.data:
            super().__call__(form, field)


class RequiredTextUnless(RequiredText):
    """The field is not empty, or the checkbox `box` is ticked."""

    def __init__(self, missing: Any, name: Any, longest: int, box: str, both: Any) -> None:
        super().__init__(missing, name, longest)
        self.box, self.both = box, both

    def __call__(self, form: Form, field: Field) -> None:
        """Raise StopValidation for an empty field without the tick, and for text with it."""
        if not form[self.box].data:
            super().__call__(form, field)
        elif field.data:
            raise StopValidation(str(self.both))


class Code:
    """The text is a code or address that a rule accepts; it is replaced by its normal form."""

    def __init__(self, check: Callable[[str], str]) -> None:
        self.check = check

    def __call__(self, _form: Form, field: Field) -> None:
        """Replace the text by its normal form. Raises ValidationError for an invalid code."""
        try:
            field.data = self.check(field.data or "")
        except CodeError as problem:
            raise ValidationError(str(translated(problem.text))) from None
        except ValidationFailed as refused:
            raise ValidationError(str(translated(refused.faults[0].text))) from None
