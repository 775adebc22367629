"""What the yearly SEN2 return asks about a case beyond its dates and decisions, in the return's own names and codes.

The return is the person level survey of January (Special educational needs survey guide 2026). A field is needed from
the state of the case on in which its answer can be known.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as field_of

from app.cases.rules.case_states import CaseState, DecisionBasis
from app.core.wording import N_

YES, NO = "1", "0"
YES_OR_NO: Mapping[str, str] = {YES: N_("Yes"), NO: N_("No")}
SEXES: Mapping[str, str] = {"M": N_("Male"), "F": N_("Female")}
ETHNICITIES: Mapping[str, str] = {
    "WBRI": N_("White British"),
    "WIRI": N_("White Irish"),
    "WIRT": N_("Traveller of Irish heritage"),
    "WROM": N_("Gypsy or Roma"),
    "WOTH": N_("Any other White background"),
    "MWBC": N_("White and Black Caribbean"),
    "MWBA": N_("White and Black African"),
    "MWAS": N_("White and Asian"),
    "MOTH": N_("Any other mixed background"),
    "AIND": N_("Indian"),
    "APKN": N_("Pakistani"),
    "ABAN": N_("Bangladeshi"),
    "AOTH": N_("Any other Asian background"),
    "BCRB": N_("Black Caribbean"),
    "BAFR": N_("Black African"),
    "BOTH": N_("Any other Black background"),
    "CHNE": N_("Chinese"),
    "OOTH": N_("Any other ethnic group"),
    "REFU": N_("Refused to say"),
    "NOBT": N_("Information not yet obtained"),
}
"""The main codes of the department; the extended codes of four letters begin with these."""
NEEDS: Mapping[str, str] = {
    "SPLD": N_("Specific learning difficulty"),
    "MLD": N_("Moderate learning difficulty"),
    "SLD": N_("Severe learning difficulty"),
    "PMLD": N_("Profound and multiple learning difficulty"),
    "SEMH": N_("Social, emotional and mental health"),
    "SLCN": N_("Speech, language and communication needs"),
    "HI": N_("Hearing impairment"),
    "VI": N_("Vision impairment"),
    "MSI": N_("Multi-sensory impairment"),
    "PD": N_("Physical disability"),
    "ASD": N_("Autistic spectrum disorder"),
    "DS": N_("Down syndrome"),
    "OTH": N_("Other difficulty or disability"),
}
PLACEMENTS: Mapping[str, str] = {
    "OLA": N_("Other arrangements made by the council"),
    "OPA": N_("Other arrangements made by the parents"),
    "EHE": N_("Elective home education"),
    "EYP": N_("Early years provider without a URN"),
    "NEET": N_("Not in education, training or employment"),
    "NIEC": N_("Not in education: notice to cease given"),
    "NIEO": N_("Not in education: other"),
    "OTH": N_("Other"),
}
"""Where a child is who is at no school or college with a URN or UKPRN."""
RESIDENTIAL: Mapping[str, str] = {
    "N": N_("Not residential"),
    "A": N_("38 to 51 weeks a year"),
    "B": N_("52 weeks a year"),
}


class ReturnPart(enum.Enum):
    """The modules of the return."""

    person = "person"
    request = "request"
    assessment = "assessment"
    plan = "plan"


PART_LABELS: Mapping[ReturnPart, str] = {
    ReturnPart.person: N_("The child or young person"),
    ReturnPart.request: N_("The request"),
    ReturnPart.assessment: N_("The assessment"),
    ReturnPart.plan: N_("The plan and the placement"),
}
EVERY_STATE = frozenset(CaseState)
_REFUSED = frozenset({CaseState.not_assessing})
_NO_PLAN = frozenset({CaseState.not_issuing})
_PLAN = frozenset({CaseState.plan_in_force})


@dataclass(frozen=True)
class ReturnField:
    """A field of the return that someone enters: its name in the return, its question, and when it is needed."""

    name: str
    """Of the column in the portal."""
    tag: str
    """In the return."""
    part: ReturnPart
    label: str
    choices: Mapping[str, str] = field_of(default_factory=lambda: YES_OR_NO)
    needed_in: frozenset[CaseState] = frozenset()
    """The states of a case in which it must have an answer."""
    after_overturn_to: CaseState | None = None
    """It is also needed once mediation or the Tribunal changed a refusal to this outcome, whatever the case is now."""
    unless_place: bool = False
    """Whether it is needed only where the plan names no school or college of the portal."""


_P = ReturnPart
FIELDS: tuple[ReturnField, ...] = (
    ReturnField("sex", "Sex", _P.person, N_("Sex"), SEXES, EVERY_STATE),
    ReturnField("ethnicity", "Ethnicity", _P.person, N_("Ethnicity"), ETHNICITIES, EVERY_STATE),
    ReturnField(
        "youth_accommodation",
        "RYA",
        _P.request,
        N_("In youth accommodation (in custody) when the request came"),
        needed_in=EVERY_STATE,
    ),
    ReturnField(
        "request_mediation",
        "RequestMediation",
        _P.request,
        N_("Mediation about the refusal to assess"),
        needed_in=_REFUSED,
        after_overturn_to=CaseState.assessing,
    ),
    ReturnField(
        "request_tribunal",
        "RequestTribunal",
        _P.request,
        N_("Appeal to the Tribunal about the refusal to assess"),
        needed_in=_REFUSED,
        after_overturn_to=CaseState.assessing,
    ),
    ReturnField(
        "assessment_mediation",
        "AssessmentMediation",
        _P.assessment,
        N_("Mediation about the refusal to make a plan"),
        needed_in=_NO_PLAN,
        after_overturn_to=CaseState.preparing_plan,
    ),
    ReturnField(
        "assessment_tribunal",
        "AssessmentTribunal",
        _P.assessment,
        N_("Appeal to the Tribunal about the refusal to make a plan"),
        needed_in=_NO_PLAN,
        after_overturn_to=CaseState.preparing_plan,
    ),
    ReturnField(
        "other_mediation",
        "OtherMediation",
        _P.assessment,
        N_("Mediation about what the plan says"),
        needed_in=_PLAN,
    ),
    ReturnField(
        "other_tribunal",
        "OtherTribunal",
        _P.assessment,
        N_("Appeal to the Tribunal about what the plan says"),
        needed_in=_PLAN,
    ),
    ReturnField("primary_need", "SENtype, rank 1", _P.plan, N_("Primary need"), NEEDS, _PLAN),
    ReturnField("secondary_need", "SENtype, rank 2", _P.plan, N_("Secondary need, if any"), NEEDS),
    ReturnField(
        "placement",
        "SENsetting",
        _P.plan,
        N_("Where the child is, if the plan names no school or college"),
        PLACEMENTS,
        _PLAN,
        unless_place=True,
    ),
    ReturnField("sen_unit", "SENunitIndicator", _P.plan, N_("Place in an SEN unit"), needed_in=_PLAN),
    ReturnField(
        "resourced_provision",
        "ResourcedProvisionIndicator",
        _P.plan,
        N_("Place in resourced provision"),
        needed_in=_PLAN,
    ),
    ReturnField("residential", "PlanRes", _P.plan, N_("Residential place"), RESIDENTIAL, _PLAN),
    ReturnField(
        "work_based",
        "PlanWBP",
        _P.plan,
        N_("Apprenticeship, traineeship or supported internship"),
        needed_in=_PLAN,
    ),
    ReturnField("personal_budget", "PB", _P.plan, N_("Personal budget"), needed_in=_PLAN),
    ReturnField(
        "arrangements", "OA", _P.plan, N_("Arranged by the council or a third party"), needed_in=_PLAN
    ),
    ReturnField("direct_payments", "DP", _P.plan, N_("Direct payments"), needed_in=_PLAN),
)
BY_NAME: Mapping[str, ReturnField] = {field.name: field for field in FIELDS}


def needed_in(
    state: CaseState, *, has_place: bool, overturned_to: Collection[CaseState] = ()
) -> list[ReturnField]:
    """Return the fields that must have an answer for a case in this state.

    `has_place`: the final plan names a school or college of the portal. `overturned_to`: the outcomes to which mediation
    or the Tribunal changed a refusal in this case.
    """
    return [
        field
        for field in FIELDS
        if (state in field.needed_in or field.after_overturn_to in overturned_to)
        and not (field.unless_place and has_place)
    ]


def missing(
    state: CaseState,
    answers: Mapping[str, str],
    *,
    has_place: bool,
    overturned_to: Collection[CaseState] = (),
) -> list[ReturnField]:
    """Return the fields that must have an answer and have none."""
    needed = needed_in(state, has_place=has_place, overturned_to=overturned_to)
    return [field for field in needed if not answers.get(field.name)]


MARKS: Mapping[tuple[CaseState, DecisionBasis], str] = {
    (CaseState.not_assessing, DecisionBasis.mediation): "request_mediation",
    (CaseState.not_assessing, DecisionBasis.tribunal): "request_tribunal",
    (CaseState.not_issuing, DecisionBasis.mediation): "assessment_mediation",
    (CaseState.not_issuing, DecisionBasis.tribunal): "assessment_tribunal",
}
"""The field that is Yes once a refusal was changed on this basis."""
