"""What was kept from somebody, as sentences of the audit."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SECRECY_SENTENCES: Mapping[str, tuple[LazyString, LazyString]] = {
    "FilesWithheld": (
        _l("Shared files closed because an address is secret"),
        _l("The portal stopped sharing files about the child, because an address must be kept secret"),
    ),
}
