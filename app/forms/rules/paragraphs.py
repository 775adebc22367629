"""The paragraphs of SEND Regulations 2014, reg. 6(1): whose advice an assessment needs."""

import enum
from collections.abc import Mapping

from app.core.wording import N_


class Paragraph(enum.Enum):
    """A paragraph of reg. 6(1), by its letter."""

    a = "a"
    b = "b"
    c = "c"
    d = "d"
    e = "e"
    f = "f"
    g = "g"
    h = "h"


PARAGRAPH_LABELS: Mapping[Paragraph, str] = {
    Paragraph.a: N_("Views of the parent or young person"),
    Paragraph.b: N_("Education"),
    Paragraph.c: N_("Health"),
    Paragraph.d: N_("Educational psychology"),
    Paragraph.e: N_("Social care"),
    Paragraph.f: N_("Someone else the council chooses"),
    Paragraph.g: N_("Preparing for adulthood"),
    Paragraph.h: N_("Someone the family asks for"),
}

EDUCATION_FORM = "advice_education"
PARAGRAPH_OF_FORM: Mapping[str, Paragraph] = {
    EDUCATION_FORM: Paragraph.b,
    "advice_health": Paragraph.c,
    "advice_psychology": Paragraph.d,
    "advice_social_care": Paragraph.e,
}
"""The paragraph for which each form is usually asked."""


def paragraph_of(recorded: Paragraph | None, template_key: str) -> Paragraph:
    """Return the paragraph under which advice was asked: the one recorded, else that of its form.

    Advice on a form that the council added is advice of someone else it chose, (f).
    """
    return recorded or PARAGRAPH_OF_FORM.get(template_key, Paragraph.f)
