"""Form fields that GOV.UK pages need and WTForms lacks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field

from app.views.quick import gettext as _

PARTS = ("day", "month", "year")


class DatePartsField(Field):
    """A date typed into three boxes: day, month and year (posted as name-day, name-month, name-year).

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
        self.raw_data = [str(formdata.get(name, "")).strip() for name in names]
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
        missing = [part for part in PARTS if not self.parts[part]]
        if missing:
            self.process_errors.append(_missing(missing))
            return None
        try:
            day, month, year = (int(self.parts[part]) for part in PARTS)
            if len(self.parts["year"]) != 4:
                self.process_errors.append(_("Year must include 4 numbers"))
                return None
            return date(year, month, day)
        except ValueError:
            self.process_errors.append(_("Enter a real date, for example 27 3 2015"))
            return None


def _missing(parts: list[str]) -> str:
    """ "Date must include a month", naming each box left empty."""
    words = {"day": _("a day"), "month": _("a month"), "year": _("a year")}
    return _("Date must include %(parts)s", parts=_(" and ").join(words[part] for part in parts))
