"""Select fields for enums, in generated lists and their forms."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.views.web.i18n import gettext as _


def choice_field(
    label: Any, labels: Mapping[Any, Any], first: Any = "", validators: Sequence[Any] = ()
) -> SelectField:
    """Return a select field for an enum's members; `first` is the text of the empty choice."""

    def choices() -> list[SelectChoice]:
        return [
            SelectChoice("", str(first)),
            *(SelectChoice(each.name, _(str(text))) for each, text in labels.items()),
        ]

    members = {each.name: each for each in labels}
    return SelectField(
        label,
        list(validators),
        choices=choices,
        coerce=lambda held: members.get(getattr(held, "name", held), held or None),
    )
