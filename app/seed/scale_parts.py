"""What the cases of a demo of a county's size are made from: forms, texts of notices, numbers and files."""

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import sqlalchemy as sa
from sqlalchemy import Connection

from app.cases.notice_tables import NoticeTemplate
from app.cases.rules.case_numbers import place_in_year
from app.cases.rules.notices import NoticeKind
from app.cases.tables import Case
from app.core.files.storage import Store, StoredFile
from app.forms.definitions import FormDefinition, parse
from app.forms.tables.forms import FormTemplate, FormVersion
from app.seed.filled import EXAMPLE_FACTS
from app.seed.scale_people import Pupil

WRITERS = 8


def stored_plans(store: Store, how_many: int) -> list[StoredFile]:
    """Store one page for each plan, several at once: a store answers when the file is on its disk."""
    page = _page()
    with ThreadPoolExecutor(WRITERS) as writers:
        return [*writers.map(lambda _: store.keep(io.BytesIO(page)), range(how_many))]


def _page() -> bytes:
    """Return a file with one empty page."""
    written, file = io.BytesIO(), pikepdf.new()
    file.add_blank_page()
    file.save(written)
    return written.getvalue()


def facts(pupil: Pupil) -> Mapping[str, str]:
    """Return what a form knows of this child and of its author."""
    return {
        **EXAMPLE_FACTS,
        "child.name": pupil.name,
        "child.forenames": pupil.forenames,
        "child.surname": pupil.surname,
        "child.known_as": "",
        "child.date_of_birth": pupil.born_on.isoformat(),
        "child.address": pupil.address,
        "child.postcode": pupil.postcode,
        "child.upn": pupil.upn,
        "child.nhs_number": pupil.nhs_number,
    }


def versions(connection: Connection) -> Mapping[str, tuple[int, FormDefinition]]:
    """Return the newest published version of each form, with its definition."""
    template, version = FormTemplate.__table__, FormVersion.__table__
    statement = (
        sa.select(template.c.key, version.c.id, version.c.definition)
        .join(version, version.c.template_id == template.c.id)
        .where(version.c.published_at.is_not(None))
        .order_by(version.c.number)
    )
    return {key: (number, parse(raw)) for key, number, raw in connection.execute(statement)}


def notice_templates(connection: Connection) -> Mapping[NoticeKind, tuple[int, str, str]]:
    """Return the newest text of each notice: id, title and body."""
    table = NoticeTemplate.__table__
    statement = sa.select(table.c.kind, table.c.id, table.c.title, table.c.body).order_by(table.c.number)
    return {kind: (number, title, body) for kind, number, title, body in connection.execute(statement)}


def places(connection: Connection) -> dict[int, int]:
    """Return the place of the last case number of each year."""
    table = Case.__table__
    found: dict[int, int] = {}
    for (number,) in connection.execute(sa.select(table.c.number)):
        year = 2000 + int(number[:2])
        found[year] = max(found.get(year, 0), place_in_year(number))
    return found
