"""What templates of generated lists call: filter fields, sort links, page links, and this page's address with changes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Flask, request, url_for
from wtforms import Form

from app.views.web.i18n import gettext as _
from app.views.web.list_interface import COUNT_UP_TO


def typed_value(field: Any) -> str:
    """Return what an input shows: the text that was entered, else the stored value."""
    show = getattr(field, "_value", None)
    value = show() if show is not None else field.data
    return "" if value is None else str(value)


def choice_pairs(field: Any) -> list[tuple[str, str]]:
    """Return a field's choices as (value, label)."""
    return [(str(choice[0]), str(choice[1])) for choice in field.iter_choices()]


def chosen_values(field: Any) -> list[str]:
    """Return the selected choices."""
    return [str(choice[0]) for choice in field.iter_choices() if choice[2]]


def with_args(**changes: Any) -> str:
    """Return this page's address with changed arguments: with_args(page=2, state=None) changes one and removes one."""
    here, own = _own_address()
    args = [(name, value) for name, value in own if name not in changes]
    for name, value in changes.items():
        if value is not None and value != "":
            args += [(name, each) for each in (value if isinstance(value, list) else [value])]
    query = urlencode(args)
    return f"{here}?{query}" if query else here


def _own_address() -> tuple[str, Sequence[tuple[str, str]]]:
    """Return this page's path and arguments, computed once per request: a list has a dozen links to itself."""
    held: tuple[str, Sequence[tuple[str, str]]] | None = request.environ.get("portal.own_address")
    if held is None:
        # The reader's own arguments never go through url_for, which gives some names a meaning of its own.
        here = url_for(request.endpoint or "", **(request.view_args or {}))
        held = request.environ["portal.own_address"] = here, [*request.args.items(multi=True)]
    return held


def sort_heading(text: str, column: str, order: str | None = None, href: str = "#") -> dict[str, str | None]:
    """Return the heading of a sortable column."""
    return {"text": text, "column": column, "order": order, "href": href}


class SearchField(NamedTuple):
    """One field of a generated list's filter: its name, label, kind, value and choices."""

    name: str
    label: str
    kind: str
    value: str
    choices: list[tuple[str, str]]

    @property
    def chosen(self) -> str:
        """Return the label with the value in words, for the link that takes the filter away."""
        words = dict(self.choices).get(self.value, self.value)
        return f"{self.label}: {words}"


PREFERRED = ("ct", "rel_m_m", "rel_o_m", "eq")
"""The operations to offer, the first that a column has: "contains" for text, "is" for everything else."""


def search_fields(form: Form, columns: list[str], filters: Any) -> list[SearchField]:
    """Return the empty fields of a generated list's filter: one for each column, two for each date."""
    return [
        field
        for column, offered in _offered(columns, filters)
        for field in _search_fields(form[column], column, offered)
    ]


def _offered(columns: list[str], filters: Any) -> Iterator[tuple[str, list[Any]]]:
    known = filters.get_search_filters()
    return ((column, known[column]) for column in columns if known.get(column))


def _search_fields(field: Any, column: str, offered: list[Any]) -> list[SearchField]:
    by_operation = {operation.arg_name: index for index, operation in reversed(list(enumerate(offered)))}
    kinds = {"BooleanField": "yes_no", "DateField": "date", "DateTimeField": "date"}
    label, kind = str(field.label.text), kinds.get(field.type, "text")
    if {"from", "until"} <= by_operation.keys():
        first, last = (f"_flt_{by_operation[name]}_{column}" for name in ("from", "until"))
        return [
            SearchField(first, _("%(what)s from", what=label), kind, "", []),
            SearchField(last, _("%(what)s until", what=label), kind, "", []),
        ]
    index = next((by_operation[name] for name in PREFERRED if name in by_operation), 0)
    offers_choices = hasattr(field, "iter_choices")
    if kind == "yes_no":
        choices = [("y", _("Yes")), ("n", _("No"))]
    else:
        choices = choice_pairs(field) if offers_choices else []
    shown = [pair for pair in choices if pair[0] not in ("", "__None")]
    kind = "choice" if offers_choices or kind == "yes_no" else kind
    return [SearchField(f"_flt_{index}_{column}", label, kind, "", shown)]


def order_heading(column: str, label: Any, view: str) -> dict[str, str | None]:
    """Return the heading of a generated list's column: its link sorts upwards, and then downwards."""
    here = request.args.get(f"_oc_{view}") == column
    order = request.args.get(f"_od_{view}") if here else None
    order = order if order in ("asc", "desc") else None
    reversed_order = "desc" if order == "asc" else "asc"
    href = with_args(**{f"_oc_{view}": column, f"_od_{view}": reversed_order, f"page_{view}": None})
    return sort_heading(str(label), column, order, href)


def page_links(view: str) -> Callable[[int], str]:
    """Return a function that gives the address of a generated list's page, counted from 1."""
    return lambda number: with_args(**{f"page_{view}": str(number - 1) if number > 1 else None})


def fresh_page() -> dict[str, None]:
    """Return the arguments to remove when a list changes, since its page number no longer applies."""
    return {name: None for name in request.args if name.startswith("page_")}


def filters_in_use() -> bool:
    """Return True when the list is filtered."""
    return any(name.startswith("_flt_") or name in {"show", "figure"} for name in request.args)


def count_up_to() -> int:
    """Return the total beyond which "more than" is shown."""
    return COUNT_UP_TO


def init_generated_lists(app: Flask) -> None:
    """Add these functions to the template environment: AppBuilder renders widgets without the page's context."""
    app.jinja_env.filters.update(
        typed_value=typed_value, choice_pairs=choice_pairs, chosen_values=chosen_values
    )
    app.jinja_env.globals.update(
        with_args=with_args,
        sort_heading=sort_heading,
        order_heading=order_heading,
        page_links=page_links,
        fresh_page=fresh_page,
        filters_in_use=filters_in_use,
        count_up_to=count_up_to,
    )
