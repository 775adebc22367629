"""Work out whose advice an assessment needs (SEND Regulations 2014, reg. 6(1)), from what is known about the child."""

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.wording import N_
from app.forms.rules.paragraphs import EDUCATION_FORM, PARAGRAPH_OF_FORM, Paragraph

_P = Paragraph
PREPARED_FROM_YEAR = 9
"""The school year from which advice on preparing for adulthood is required (reg. 6(1)(g))."""


class RouteFor(enum.Enum):
    """For which children a route counts."""

    every_child = "every_child"
    looked_after = "looked_after"
    sensory_need = "sensory_need"


ROUTE_FOR_LABELS: Mapping[RouteFor, str] = {
    RouteFor.every_child: N_("Every child"),
    RouteFor.looked_after: N_("Children in the care of a council"),
    RouteFor.sensory_need: N_("Children with a hearing or vision impairment"),
}


@dataclass(frozen=True)
class KnownFacts:
    """What is known about a child and decides whose advice is needed."""

    year: int
    """The year group the child is taught in where that is recorded, else by age."""
    has_sensory_need: bool = False
    """The request names a hearing or vision impairment, or both, as the main or the second need."""
    is_looked_after: bool = False
    named_by_family: tuple[str, ...] = ()
    """The people whom the parent or young person asked the council to ask."""

    def match(self, applies: RouteFor) -> bool:
        """Return whether a route for these children counts for this one."""
        of_this_child = {RouteFor.every_child}
        if self.is_looked_after:
            of_this_child.add(RouteFor.looked_after)
        if self.has_sensory_need:
            of_this_child.add(RouteFor.sensory_need)
        return applies in of_this_child


@dataclass(frozen=True)
class Route:
    """Which advice the council asks of whom, and for which children."""

    id: int
    paragraph: Paragraph
    form_key: str
    service: str = ""
    applies: RouteFor = RouteFor.every_child
    note: str = ""


@dataclass(frozen=True)
class AdviceRow:
    """One request for advice that is needed or proposed."""

    key: str
    paragraph: Paragraph
    why: str
    is_required: bool
    form_key: str = ""
    """The form to ask it on; empty for the family's own views, where another row's form asks it, and for (h), whose form
    depends on who the person is."""
    service: str = ""
    """The service of the organisation that is asked, or for (h) whom the family asks for, in their words."""
    note: str = ""
    route_id: int | None = None
    needs_teacher: bool = False
    """The adviser must be, or consult, a qualified teacher for that impairment (reg. 6(2))."""

    @property
    def is_own_request(self) -> bool:
        """Return whether the row is asked on a form of its own."""
        return bool(self.form_key) or self.paragraph is _P.h


@dataclass(frozen=True)
class AskedAdvice:
    """Advice that was asked and not cancelled: under which paragraph, on which form, of which service."""

    paragraph: Paragraph
    form_key: str
    service: str = ""
    organisation_id: int | None = None


WHY: Mapping[Paragraph, str] = {
    _P.a: N_("The parent or young person gives their own views and evidence."),
    _P.b: N_("The head of the school or setting, or the person responsible for the child’s education."),
    _P.c: N_("A health professional whom the health commissioner has identified."),
    _P.d: N_("An educational psychologist."),
    _P.e: N_("Social care, also where the family is not known to it."),
    _P.f: N_("The council thinks that this advice is appropriate."),
    _P.g: N_("Required from Year 9: preparing for adulthood and living independently."),
    _P.h: N_("The parent or young person has asked for advice from this person."),
}
"""Why each row is there."""

ALWAYS = frozenset({_P.a, _P.b, _P.c, _P.d, _P.e})
"""The paragraphs that every assessment needs."""
FORM_OF: Mapping[Paragraph, str] = {paragraph: key for key, paragraph in PARAGRAPH_OF_FORM.items()}


def required_paragraphs(facts: KnownFacts) -> list[Paragraph]:
    """Return the paragraphs of reg. 6(1) under which advice must be sought for this child, in order."""
    required = set(ALWAYS)
    if facts.year >= PREPARED_FROM_YEAR:
        required.add(_P.g)
    if facts.named_by_family:
        required.add(_P.h)
    return [each for each in Paragraph if each in required]


def advice_rows(facts: KnownFacts, routes: Sequence[Route]) -> list[AdviceRow]:
    """Return a row for each request that the law requires or that the council's routes propose, in the law's order.

    A required paragraph without a route has one row with no one to send it to. The educational form asks from Year 9
    how to prepare for adulthood, so (g) has a request of its own only where the council routes it.
    """
    required = required_paragraphs(facts)
    return [
        row for paragraph in Paragraph for row in _rows_of(paragraph, facts, routes, paragraph in required)
    ]


def _rows_of(
    paragraph: Paragraph, facts: KnownFacts, routes: Sequence[Route], is_required: bool
) -> Iterator[AdviceRow]:
    if paragraph is _P.h:
        for number, name in enumerate(facts.named_by_family):
            yield AdviceRow(f"h-{number}", _P.h, WHY[_P.h], True, service=name)
        return
    if paragraph is _P.g and not is_required:
        return
    teacher = paragraph is _P.b and facts.has_sensory_need
    ours = [each for each in routes if each.paragraph is paragraph and facts.match(each.applies)]
    for each in ours:
        yield AdviceRow(
            f"{paragraph.name}-{each.id}",
            paragraph,
            WHY[paragraph],
            is_required,
            each.form_key,
            each.service,
            each.note,
            each.id,
            needs_teacher=teacher,
        )
    if is_required and not ours:
        form_key = FORM_OF.get(paragraph, "")
        yield AdviceRow(
            f"{paragraph.name}-0", paragraph, WHY[paragraph], True, form_key, needs_teacher=teacher
        )


def is_asked(row: AdviceRow, asked: Collection[AskedAdvice]) -> bool:
    """Return whether the request of this row was made: under its paragraph, of its service, and on its form if it has one."""
    same = [each for each in asked if (each.paragraph, each.service) == (row.paragraph, row.service)]
    return any(row.form_key in ("", each.form_key) for each in same)


def never_asked(facts: KnownFacts, asked: Collection[AskedAdvice], *, views_invited: bool) -> list[Paragraph]:
    """Return the required paragraphs under which nothing was asked, in the law's order.

    The educational form covers (g), and each person the family asks for needs a request.
    """
    count = {each: sum(one.paragraph is each for one in asked) for each in Paragraph}
    is_met = {each: count[each] > 0 for each in Paragraph}
    is_met[_P.a] = views_invited
    is_met[_P.g] = is_met[_P.g] or any(each.form_key == EDUCATION_FORM for each in asked)
    is_met[_P.h] = count[_P.h] >= len(facts.named_by_family)
    return [each for each in required_paragraphs(facts) if not is_met[each]]
