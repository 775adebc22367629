"""Validators for what people type into a box: something is there, nothing is hidden in it, and it is not too long."""

import unicodedata
from collections.abc import Callable
from typing import Any

from wtforms import Field, Form, ValidationError
from wtforms.validators import StopValidation

from app.domain.codes import CodeError
from app.domain.errors import Refused
from app.views.pages import said
from app.views.quick import gettext as _

JOINERS = frozenset("\u200c\u200d")
"""Some scripts, Urdu's among them, need these two to spell names right."""

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def tidy(text: Any) -> Any:
    """Without spaces at the ends, and with one kind of line end."""
    return text.replace("\r\n", "\n").strip(" \t\n") if isinstance(text, str) else text


def hides_something(text: str, allowed: str = "") -> bool:
    """Line ends in a single line, control characters, or signs that turn the reading direction around."""
    return any(
        unicodedata.category(sign) in HIDDEN and sign not in JOINERS and sign not in allowed for sign in text
    )


class Typed:
    """The box is filled in: not empty, not too long, and without hidden characters."""

    def __init__(self, missing: Any, name: Any, longest: int, allowed: str = "") -> None:
        self.missing, self.name, self.longest, self.allowed = missing, name, longest, allowed

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        if not text:
            raise StopValidation(str(self.missing))
        if len(text) > self.longest:
            raise StopValidation(
                _("%(name)s must be %(most)s characters or fewer", name=self.name, most=self.longest)
            )
        if hides_something(text, self.allowed):
            raise StopValidation(
                _("%(name)s must not contain line breaks or hidden characters", name=self.name)
            )


class Code:
    """A code or address that the rule book checks and writes in its own way."""

    def __init__(self, check: Callable[[str], str]) -> None:
        self.check = check

    def __call__(self, _form: Form, field: Field) -> None:
        try:
            field.data = self.check(field.data or "")
        except CodeError as problem:
            raise ValidationError(str(said(problem.text))) from None
        except Refused as refused:
            raise ValidationError(str(said(refused.faults[0].text))) from None
