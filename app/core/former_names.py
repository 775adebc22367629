"""The names that a person or an organisation had before: a form may name them by one of these."""

from sqlalchemy.orm import Mapped, mapped_column


def names_in(former: str | None) -> tuple[str, ...]:
    """Return the names in the column `former_names`."""
    return tuple(former.split("\n")) if former else ()


class FormerNames:
    """The column for the former names of a row, and how to add one."""

    former_names: Mapped[str | None] = mapped_column()
    """The names that it had before, one a line."""

    @property
    def earlier_names(self) -> tuple[str, ...]:
        """The names that it had before, oldest first."""
        return names_in(self.former_names)

    def remember_name(self, name: str) -> None:
        """Add a name to those that it had before."""
        self.former_names = "\n".join(dict.fromkeys([*self.earlier_names, name]))
