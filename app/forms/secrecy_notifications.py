"""Messages to the SEN team about what must be kept from somebody."""

from collections.abc import Mapping

from app.core.events import Event
from app.core.wording import N_
from app.forms.secrecy_events import FilesWithheld, InvitationHeldBack, KeptFromQueue, MustNotKnowNoted
from app.messages.notification_types import MessageTemplate, Templates, sen_team

SECRECY_NOTIFICATIONS: Mapping[type[Event], Templates] = {
    FilesWithheld: (
        MessageTemplate(
            "files_withheld",
            sen_team,
            N_("Shared files can no longer be opened"),
            N_(
                "An address or contact details of the family of %(child)s must now be kept secret. Files about them that "
                "were shared can no longer be opened by other people. Check what each form and file says, and who "
                "can still read it."
            ),
        ),
    ),
    MustNotKnowNoted: (
        MessageTemplate(
            "must_not_know_noted",
            sen_team,
            N_("Someone linked to a child may be a person who must not know"),
            N_(
                "“%(form)s” about %(child)s may name someone who is linked to the child as a person who must not know. "
                "The page “People” of the child shows who. End their involvement, or check what is shared with them. "
                "A consent form that names a professional is not shared with professionals until you share it."
            ),
        ),
    ),
    InvitationHeldBack: (
        MessageTemplate(
            "invitation_held_back",
            sen_team,
            N_("An invited person was not linked to a child"),
            N_(
                "Someone whom you invited has opened their account. Since you invited them, a form about %(child)s has "
                "said that they may be a person who must not know, so they cannot see the child. "
                "If they may, invite them again."
            ),
        ),
    ),
    KeptFromQueue: (
        MessageTemplate(
            "kept_from_queue",
            sen_team,
            N_("Someone at an organisation may be a person who must not know"),
            N_(
                "A form about %(child)s may name someone who works for an organisation that is linked to the child. "
                "They cannot see the child through their organisation. If they may, link them by name."
            ),
        ),
    ),
}
