"""Errors that use cases raise. Each has one page (app/views/web/errors.py)."""

from collections.abc import Sequence
from dataclasses import dataclass


class PortalError(Exception):
    """The base of these errors. `status` is the HTTP status of the answer."""

    status = 400


class NotFound(PortalError):
    """The row does not exist, or this person may not see it: the two are answered alike."""

    status = 404


class Forbidden(PortalError):
    """This person may see the row and may not take this step."""

    status = 403


class InvalidState(PortalError):
    """This person may take the step, but not in the current state of the row."""

    status = 409


class Damaged(PortalError):
    """A stored file or form differs from what was submitted. The user cannot repair it; the log names it."""

    status = 500


class Conflict(PortalError):
    """Another person saved the row first. Nothing was overwritten."""

    status = 409


class TooMany(PortalError):
    """A limit of tries was reached. `retry_after` is in seconds."""

    status = 429

    def __init__(self, text: str = "", retry_after: int = 60) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Busy(PortalError):
    """Too many expensive checks are running at once. `retry_after` is in seconds."""

    status = 503
    retry_after = 10


@dataclass(frozen=True)
class FieldError:
    """An error in one field: its name, and a sentence that says how to correct it."""

    field: str
    text: str


class ValidationFailed(PortalError):
    """The input is invalid. `faults` has one error for each field."""

    status = 422

    def __init__(self, *faults: FieldError) -> None:
        super().__init__("; ".join(fault.text for fault in faults))
        self.faults: Sequence[FieldError] = faults


class Incomplete(PortalError):
    """A form was submitted incomplete. `problems` are those of app/forms/definitions/check.py, each with its question."""

    status = 422

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__("Some parts of this form are missing or need correcting.")
        self.problems = problems
