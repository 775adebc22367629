"""Forms filled in and sent the way people do, through the services, with the sample answers of app/seed."""

import uuid
from typing import Any

from app.cases import advice_requests
from app.core.unit_of_work import UnitOfWork
from app.forms.drafts import save_section
from app.forms.form_context import load_form, load_form_for_update
from app.forms.submissions import submit
from app.models import Submission
from app.seed.filled import filled_answers
from tests.cast import Actor


def save(
    work: UnitOfWork, form_id: int, section: str, typed: dict[str, Any], version: int | None = None
) -> int:
    """Save one section, on its newest version unless another is given; gives the version it has then."""
    opened = load_form_for_update(work, form_id)
    draft = opened.drafts.get(section)
    return save_section(
        work, opened, section, typed, version if version is not None else draft.version if draft else 0
    ).version


def fill_in(actor: Actor, form_id: int, **changes: dict[str, Any]) -> None:
    """Answer everything; `changes` are other answers by section."""
    with actor.works() as work:
        opened = load_form(work, form_id)
        answers = filled_answers(opened.definition, signed_by=actor.principal.name)
        for section in opened.sections:
            typed = {**answers.get(section.id, {}), **changes.get(section.id, {})}
            save(work, form_id, section.id, typed)


def send(actor: Actor, form_id: int, key: str | None = None) -> Submission:
    """Press the button."""
    with actor.works() as work:
        return submit(work, form_id, key or uuid.uuid4().hex)


def answers_now(actor: Actor, form_id: int, section: str) -> dict[str, Any]:
    """What a section holds, as this person sees it."""
    with actor.works() as work:
        return load_form(work, form_id).answers.get(section, {})


def give_consent(child: Any, actor: Actor, **answers: dict[str, Any]) -> int:
    """They fill in and send their own consent form; gives its number."""
    with actor.works() as work:
        form_id = int(advice_requests.start_consent(work, child.id).id)
    fill_in(actor, form_id, **answers)
    send(actor, form_id)
    return form_id
