"""Form fields that GOV.UK pages need and WTForms lacks, and WTForms' text fields with their text cleaned.

Every field of text in the portal is one of these (tests/architecture/test_text_fields.py); passwords are taken as typed.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import StopValidation

from app.core.text_input import character_problem, clean_address, clean_line, clean_lines
from app.core.typed_dates import PARTS, read_parts
from app.views.web.pages import translated


class _Cleaned:
    """Clean what was posted, and refuse a character that cannot be cleaned or stored."""

    data: Any
    clean = staticmethod(clean_line)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the first value posted."""
        if valuelist:
            self.data = self.clean(valuelist[0])

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' signature
        """Stop at a character that we cannot use, and name it."""
        if problem := character_problem(self.data or ""):
            raise StopValidation(str(translated(problem)))


class StringField(_Cleaned, wtforms.StringField):
    """A single line of text."""


class EmailField(_Cleaned, wtforms.EmailField):
    """An email address, as typed; `app.accounts.rules.work_email.canonical` reads what people paste around one."""


class TelField(_Cleaned, wtforms.TelField):
    """A phone number."""


class TextAreaField(_Cleaned, wtforms.TextAreaField):
    """Several lines of text; with `address=True` each line is cleaned as a line of a postal address."""

    def __init__(self, label: Any = None, *args: Any, address: bool = False, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.clean = clean_address if address else clean_lines


class DatePartsField(Field):
    """A date typed into three boxes: day, month and year (posted as name-day, name-month, name-year). A whole date
    pasted into one of them is read too.

    `data` is a date, or None when nothing (or nothing sensible) was typed; `parts` is what was typed.
    """

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.parts: dict[str, str] = dict.fromkeys(PARTS, "")

    def process(self, formdata: Any, data: Any = None, **_more: Any) -> None:
        """Read the three boxes when a form came in, else show the date we hold."""
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
        """Fill the boxes from a date."""
        if value is not None:
            self.parts = {"day": str(value.day), "month": str(value.month), "year": str(value.year)}

    def read(self) -> date | None:
        """The date in the boxes; what is wrong with it becomes the field's error."""
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
    """ "Date must include a month", naming each box left empty."""
    words = {"day": _("a day"), "month": _("a month"), "year": _("a year")}
    return _("Date must include %(parts)s", parts=_(" and ").join(words[part] for part in parts))
