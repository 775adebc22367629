"""Read environment variables and collect every problem, so that one error names them all."""

from collections.abc import Mapping
from pathlib import Path

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class ConfigError(Exception):
    """The settings are incomplete or wrong; the text names every problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The portal can't start until its settings are put right:\n{lines}")


class Environment:
    """Values of environment variables. A wrong value is added to `problems` and a default returned."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def wrong(self, problem: str) -> None:
        """Add a problem."""
        self.problems.append(problem)

    def is_set(self, name: str) -> bool:
        """Tell whether the variable has a value."""
        return bool(self._environ.get(name, "").strip())

    def text(self, name: str, default: str = "") -> str:
        """Return the value without spaces around it, or the default."""
        return self._environ.get(name, "").strip() or default

    def required(self, name: str, meaning: str) -> str:
        """Return a value that must be set; `meaning` explains it in the error."""
        value = self.text(name)
        if not value:
            self.wrong(f"{name} is missing: {meaning}")
        return value

    def secret(self, name: str, default: str = "", *, may_be_empty: bool = False) -> str:
        """Return a secret from NAME, or from the file named by NAME_FILE (systemd credentials, container secrets)."""
        file_name = f"{name}_FILE"
        if not self.is_set(file_name):
            return self.text(name, default)
        if self.is_set(name):
            self.wrong(f"{name} and {file_name} are both set: keep one of them")
        try:
            value = Path(self.text(file_name)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.wrong(f"{file_name} can't be read ({error.__class__.__name__})")
            return default
        if not value and not may_be_empty:
            self.wrong(f"{file_name} points at an empty file")
        return value or default

    def secret_given(self, name: str) -> bool:
        """Tell whether the secret or its file is set."""
        return self.is_set(name) or self.is_set(f"{name}_FILE")

    def yes_or_no(self, name: str, default: bool) -> bool:
        """Return a yes-or-no value."""
        value = self.text(name).lower()
        if not value:
            return default
        if value not in TRUE | FALSE:
            self.wrong(f"{name} must be yes or no, not {value!r}")
        return value in TRUE

    def whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """Return a whole number between the limits."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            self.wrong(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}")
            return default
        return int(value)

    def switched_on(self, name: str) -> bool:
        """Tell whether this flag is set to anything but a plain no."""
        return self.is_set(name) and self.text(name).lower() not in FALSE
