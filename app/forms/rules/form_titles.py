"""Choose the title of a form: advice asked for before the council agreed to assess is called information (reg. 6)."""

from app.core.wording import N_, Wording

INFORMATION = {
    "Educational advice": N_("Educational information"),
    "Educational psychology advice": N_("Educational psychology information"),
    "Health advice": N_("Health information"),
    "Social care advice": N_("Social care information"),
    "Request for an education, health and care needs assessment": N_(
        "Bringing a child to the council’s attention"
    ),
}
"""The titles of the forms that come with the portal, where they are not statutory.

Such a form is not statutory advice (reg. 6), or not a request under CFA 2014, s. 36(1): an early years setting brings
a child to attention (s. 23 and 24).
"""

OTHERWISE = N_("Information (not statutory advice): %(form)s")


NOT_STATUTORY = {"advice": "information", "request": "attention"}


def purpose_of(kind: str, statutory: bool) -> str:
    """Return the kind of form; advice that is not statutory is "information", such a request "attention".

    A request is not statutory when it is none under s. 36(1).
    """
    return kind if statutory else NOT_STATUTORY.get(kind, kind)


def title_of(title: str, statutory: bool) -> str:
    """Return the title of a form, given the title of its template."""
    if statutory:
        return Wording(title)
    if title in INFORMATION:
        return Wording(INFORMATION[title])
    return Wording(OTHERWISE, form=Wording(title))
