"""Messages to the SEN team about what must be kept from somebody."""

from collections.abc import Mapping

from app.domain import events as on
from app.domain.events import Event
from app.domain.wording import N_
from app.post.letter_parts import Letter, Told, sen_team

SECRECY_LETTERS: Mapping[type[Event], Told] = {
    on.FilesWithheld: (
        Letter(
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
}
