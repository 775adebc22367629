"""What can go wrong in the work itself, each mapped once to a page (views/web/errors.py)."""

from collections.abc import Sequence
from dataclasses import dataclass


class PortalError(Exception):
    """Anything a rule refuses. `status` is the HTTP answer it becomes."""

    status = 400


class NotFound(PortalError):
    """There is no such thing, or this person may not know that there is."""

    status = 404


class Forbidden(PortalError):
    """The thing is theirs to see, but this step is not theirs to take."""

    status = 403


class InvalidState(PortalError):
    """The step is theirs, but not from the state the thing is in now."""

    status = 409


class Damaged(PortalError):
    """What is kept is not what was sent. Nothing they can mend: whoever runs the portal reads of it in the log."""

    status = 500


class Conflict(PortalError):
    """Somebody else saved first; nothing was overwritten."""

    status = 409


class TooMany(PortalError):
    """Tried too often. `retry_after` is in seconds."""

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
    """One thing wrong with what was typed: the field it was typed in, and what to do about it."""

    field: str
    text: str


class ValidationFailed(PortalError):
    """What was typed cannot be accepted; every fault says where and what to do."""

    status = 422

    def __init__(self, *faults: FieldError) -> None:
        super().__init__("; ".join(fault.text for fault in faults))
        self.faults: Sequence[FieldError] = faults


class Incomplete(PortalError):
    """A form was sent with parts missing. `problems` are domain.forms Problems, each with its place."""

    status = 422

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__("Some parts of this form are missing or need correcting.")
        self.problems = problems
