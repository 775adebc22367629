"""Import, publish and read the form templates."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.forms.definitions import FormDefinition, checksum, parse
from app.forms.tables.forms import Form, FormTemplate, FormVersion

_read: dict[str, FormDefinition] = {}
MOST_REMEMBERED = 200
VARIANTS: Mapping[str, Callable[[FormDefinition], FormDefinition]] = {
    "information": FormDefinition.as_information,
    "attention": FormDefinition.as_attention,
}
"""The variant of a form that is not statutory advice or not a request under s. 36(1), by purpose."""


def import_seeds(session: Session, seeds: Iterable[Mapping[str, Any]], now: datetime) -> list[FormVersion]:
    """Import the form templates that come with the portal, and return the new versions.

    An unchanged wording is left alone; a changed one becomes a new version, and forms already started stay on theirs.
    Raises DefinitionError, naming every fault, and imports nothing then.
    """
    fresh = (_bring_in(session, seed["definition"], now) for seed in seeds)
    return [version for version in fresh if version is not None]


def _bring_in(session: Session, raw: Mapping[str, Any], now: datetime) -> FormVersion | None:
    definition = parse(raw)
    template = session.scalars(select(FormTemplate).where(FormTemplate.key == definition.key)).one_or_none()
    if template is None:
        template = FormTemplate(
            key=definition.key, title=definition.title, audience=list(definition.audience)
        )
        session.add(template)
        session.flush()
    elif published(session, template.key).checksum == checksum(raw):
        return None
    template.title, template.audience = definition.title, list(definition.audience)
    return publish(session, template, raw, now)


def publish(session: Session, template: FormTemplate, raw: Mapping[str, Any], now: datetime) -> FormVersion:
    """Publish a wording as the template's next version and return it; the version before is retired for new forms.

    Raises DefinitionError naming everything that is wrong with it.
    """
    parse(raw)
    of_template = FormVersion.template_id == template.id
    last = session.scalars(select(func.max(FormVersion.number)).where(of_template)).one() or 0
    session.execute(
        update(FormVersion).where(of_template, FormVersion.retired_at.is_(None)).values(retired_at=now)
    )
    version = FormVersion(
        template=template, number=last + 1, definition=dict(raw), checksum=checksum(raw), published_at=now
    )
    session.add(version)
    session.flush()
    return version


def published(session: Session, key: str) -> FormVersion:
    """Return the version of a template that new forms start on. Raises NotFound."""
    statement = (
        select(FormVersion)
        .join(FormTemplate)
        .where(
            FormTemplate.key == key, FormVersion.published_at.is_not(None), FormVersion.retired_at.is_(None)
        )
        .order_by(FormVersion.number.desc())
        .limit(1)
    )
    version = session.scalars(statement).one_or_none()
    if version is None:
        raise NotFound("FormVersion")
    return version


def definition_of(session: Session, form: Form) -> FormDefinition:
    """Return the wording this form was started on, whatever was published since."""
    version = form.form_version
    key = f"{version.checksum}-{form.purpose}"
    if key not in _read:
        if len(_read) >= MOST_REMEMBERED:
            _read.clear()
        wording = select(FormVersion.definition).where(FormVersion.id == version.id)
        definition = parse(session.scalars(wording).one())
        variant = VARIANTS.get(form.purpose)
        _read[key] = variant(definition) if variant else definition
    return _read[key]
