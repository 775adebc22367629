"""The choice of who may read a submitted form besides its authors and the SEN team."""

from dataclasses import dataclass

from app.forms.rules.workflow import FormState

SHAREABLE = frozenset({FormState.submitted, FormState.accepted, FormState.decided})
"""States in which there is a submitted version that was neither returned nor withdrawn."""


@dataclass(frozen=True)
class SharingChoice:
    """Who may read the newest submitted version of a form."""

    professionals: bool = False
    links: frozenset[int] = frozenset()
    """The links of parents and young people, each chosen by name."""
    with_files: bool = True
    on_consent: bool = True
    """Whether the professionals' access ends when a consent is withdrawn, whenever it was given."""
    despite: frozenset[int] = frozenset()
    """The links to share with although a form says that the person must not know."""

    @property
    def is_empty(self) -> bool:
        """Whether only the authors and the SEN team may read the form."""
        return not self.professionals and not self.links
