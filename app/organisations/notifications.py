"""The messages sent for events about organisations."""

from app.core.notifications import AUDIT_ONLY, register
from app.organisations.events import OrganisationRenamed

register({OrganisationRenamed: AUDIT_ONLY})
