"""Sentences of the audit log for events that restrict access."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SECRECY_SENTENCES: Mapping[str, tuple[LazyString, LazyString]] = {
    "FilesWithheld": (
        _l("Shared files, plans and letters withheld because an address is secret"),
        _l(
            "The portal withheld shared files, plans and letters about the child, because an address must be kept secret"
        ),
    ),
    "MustNotKnowNoted": (
        _l("Forms that name someone linked who must not know"),
        _l("“%(form)s” may name someone linked to the child as a person who must not know"),
    ),
    "InvitationHeldBack": (
        _l("Invited people who were not linked"),
        _l("An invitation was accepted, and the portal did not link the person, because a form names them"),
    ),
    "NamedPersonRenamed": (
        _l("Renamed accounts of people whom a form names"),
        _l("%(person)s changed their name; a form may say that they must not know"),
    ),
    "NamedWorkplaceJoined": (
        _l("Linked people who joined an organisation that a form names or the SEN team removed"),
        _l(
            "%(person)s joined an organisation; a form may say that it must not know, or the SEN team removed it"
        ),
    ),
    "NamedOrganisationRenamed": (
        _l("Renamed organisations that a form names"),
        _l("An organisation has another name; a form may say that it must not know"),
    ),
    "KeptFromQueue": (
        _l("People kept from their organisation’s children"),
        _l("The portal kept the child from %(person)s, because a form names them"),
    ),
}
