"""Form fields: WTForms' text fields with cleaned text, and a date field for GOV.UK pages.

Every text field in the portal is one of these (tests/architecture/test_text_fields.py); passwords are not
cleaned.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import wtforms
from wtforms import Field
from wtforms.validators import StopValidation

from app.core.text_input import character_problem, clean_address, clean_line, clean_lines
from app.core.typed_dates import PARTS, read_parts
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated


class _Cleaned:
    """A mixin that cleans the posted text and rejects characters that cannot be cleaned or stored."""

    data: Any
    clean = staticmethod(clean_line)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Use the first value posted."""
        if valuelist:
            self.data = self.clean(valuelist[0])

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Reject an unusable character, and name it."""
        if problem := character_problem(self.data or ""):
            raise StopValidation(str(translated(problem)))


class StringField(_Cleaned, wtforms.StringField):
    """A single line of text."""


class EmailField(_Cleaned, wtforms.EmailField):
    """An email address; `app.accounts.rules.work_email.canonical` removes what people paste around one."""


class TelField(_Cleaned, wtforms.TelField):
    """A phone number."""


class TextAreaField(_Cleaned, wtforms.TextAreaField):
    """Several lines of text; with `address=True` each line is cleaned as a line of a postal address."""

    def __init__(self, label: Any = None, *args: Any, address: bool = False, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.clean = clean_address if address else clean_lines


class DatePartsField(Field):
    """A date in three fields: day, month and year (posted as name-day, name-month, name-year).

    A whole date pasted into one of them is accepted too. `data` is a date, or None when the input is no date;
    `parts` has the input.
    """

    process_errors: list[str]

    def __init__(self, label: Any = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.parts: dict[str, str] = dict.fromkeys(PARTS, "")

    def process(
        self,
        formdata: Any,
        data: Any = None,
        extra_filters: Sequence[Callable[[Any], Any]] | None = None,  # noqa: ARG002 - WTForms' signature
    ) -> None:
        """Read the three fields when a form was posted, otherwise show the stored date."""
        self.process_errors = []
        if data is None or not isinstance(data, date):
            data = self.default() if callable(self.default) else self.default
        self.object_data = self.data = data if isinstance(data, date) else None
        self.show(self.data)
        names = [f"{self.name}-{part}" for part in PARTS]
        if formdata is None or not any(name in formdata for name in names):
            return
        self.raw_data = [clean_line(str(formdata.get(name, ""))) for name in names]
        self.parts = dict(zip(PARTS, self.raw_data, strict=True))
        self.data = self.read()

    def show(self, value: date | None) -> None:
        """Fill the fields from a date."""
        if value is not None:
            self.parts = {"day": str(value.day), "month": str(value.month), "year": str(value.year)}

    def read(self) -> date | None:
        """Return the date in the fields, or None after adding an error."""
        if not any(self.parts.values()):
            self.raw_data = []
            return None
        found = read_parts(self.parts)
        if found is not None:
            self.show(found)
            return found
        missing = [part for part in PARTS if not self.parts[part]]
        year = self.parts["year"]
        if missing:
            self.process_errors.append(_missing(missing))
        elif year.isdigit() and len(year) != 4:
            self.process_errors.append(_("Year must include 4 numbers"))
        else:
            self.process_errors.append(_("Enter a real date, for example 27 3 2015"))
        return None


def _missing(parts: list[str]) -> str:
    """Return "Date must include a month", which names each empty field."""
    words = {"day": _("a day"), "month": _("a month"), "year": _("a year")}
    return _("Date must include %(parts)s", parts=_(" and ").join(words[part] for part in parts))
