"""The choice of who may read a submitted form beside its authors and the SEN team."""

from dataclasses import dataclass

from app.forms.rules.workflow import FormState

SHAREABLE = frozenset({FormState.submitted, FormState.accepted, FormState.assessing, FormState.not_assessing})
"""States in which there is a submitted version that was neither returned nor withdrawn."""


@dataclass(frozen=True)
class SharingChoice:
    """Who may read the newest submitted version of a form."""

    professionals: bool = False
    links: frozenset[int] = frozenset()
    """The links of parents and young people, each chosen by name."""
    with_files: bool = True
    on_consent: bool = True
    """What professionals read ends when a consent is withdrawn, given before or after."""
    despite: frozenset[int] = frozenset()
    """The links to share with although a form says that the person must not know."""

    @property
    def nobody(self) -> bool:
        """Nobody but the authors and the SEN team."""
        return not self.professionals and not self.links
