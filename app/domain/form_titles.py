"""What a form is called: advice asked for before the council agreed to assess is information (reg. 6)."""

from app.domain.wording import N_, Wording

INFORMATION = {
    "Educational advice": N_("Educational information"),
    "Educational psychology advice": N_("Educational psychology information"),
    "Health advice": N_("Health information"),
    "Social care advice": N_("Social care information"),
}
"""The titles of the forms that come with the portal."""

OTHERWISE = N_("Information (not statutory advice): %(form)s")


def title_of(title: str, statutory: bool) -> str:
    """The title to show for a form, given the title of its template."""
    if statutory:
        return title
    if title in INFORMATION:
        return Wording(INFORMATION[title])
    return Wording(OTHERWISE, form=title)
