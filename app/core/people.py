"""The accounts' table, for statements below the ORM; everything else uses app.accounts.tables.people.Person."""

from typing import Any

from flask_appbuilder.security.sqla.models import User

PERSON_TABLE: Any = User.__table__
