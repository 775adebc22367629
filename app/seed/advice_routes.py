"""The demo council's routes: to whom each kind of advice is sent."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.rules.advice_rows import RouteFor
from app.forms.rules.paragraphs import Paragraph
from app.models import AdviceRoute, FormTemplate, Organisation
from app.seed.cast import EP_SERVICE, HEALTH, SOCIAL_CARE

_P = Paragraph
ROUTES = (
    (_P.b, "advice_education", "", None),
    (_P.c, "advice_health", "Community paediatrics", "Wharfe Valley Community Paediatrics"),
    (_P.c, "advice_health", "Speech and language therapy", HEALTH),
    (_P.c, "advice_health", "Occupational therapy", HEALTH),
    (_P.d, "advice_psychology", "", EP_SERVICE),
    (_P.e, "advice_social_care", "", SOCIAL_CARE),
)
"""Paragraph, form, service and organisation; without an organisation, the child's own school or setting."""
VIRTUAL_SCHOOL = "Aire Valley Virtual School"
VIRTUAL_SCHOOL_NOTE = "Please say what the personal education plan holds and what has helped."


def seed_routes(session: Session) -> None:
    """Add the routes; the organisations and forms exist already."""
    forms = {each.key: each.id for each in session.scalars(select(FormTemplate))}
    bodies = {each.name: each.id for each in session.scalars(select(Organisation))}
    for paragraph, form_key, service, name in ROUTES:
        session.add(
            AdviceRoute(
                paragraph=paragraph,
                template_id=forms[form_key],
                service=service,
                organisation_id=bodies[name] if name else None,
            )
        )
    session.add(
        AdviceRoute(
            paragraph=_P.f,
            template_id=forms["advice_social_care"],
            service="Virtual school",
            organisation_id=bodies[VIRTUAL_SCHOOL],
            applies=RouteFor.looked_after,
            note=VIRTUAL_SCHOOL_NOTE,
        )
    )
