"""Events of forms: requests, advice, information, consent, decisions and sharing."""

from dataclasses import dataclass

from app.core.events import FormEvent


class BroughtToAttention(FormEvent):
    """An early years setting brought a child to the council's attention (CFA 2014, s. 23 and 24)."""


class RequestAcceptanceUndone(FormEvent):
    """The SEN team undid its acceptance of a request that was not decided yet."""


class AdviceAcceptanceUndone(FormEvent):
    """The SEN team undid its acceptance of advice."""


class InformationAsked(FormEvent):
    """The SEN team asked for information before it decided whether to assess (no statutory time limit)."""


class InformationSubmitted(FormEvent):
    """Information reached the SEN team."""


class InformationReturned(FormEvent):
    """The SEN team sent information back with reasons."""


class InformationAccepted(FormEvent):
    """The SEN team accepted information."""


class InformationAcceptanceUndone(FormEvent):
    """The SEN team undid its acceptance of information."""


class InformationCancelled(FormEvent):
    """The information is no longer needed."""


class FormViewed(FormEvent):
    """A person read a submitted form."""


@dataclass(frozen=True, kw_only=True)
class FormSaved(FormEvent):
    """An author saved a section of a draft."""

    section: str


class RequestStarted(FormEvent):
    """A request for an assessment was started."""


class RequestSubmitted(FormEvent):
    """A request reached the SEN team; the statutory time limits start the first time."""


class RequestReturned(FormEvent):
    """The SEN team sent a request back with reasons."""


class RequestAccepted(FormEvent):
    """The SEN team has all it needs to decide."""


class RequestWithdrawn(FormEvent):
    """The author withdrew a request that was never sent."""


class AdviceAsked(FormEvent):
    """The SEN team asked for advice (reg. 6)."""


class AdviceSubmitted(FormEvent):
    """Advice reached the SEN team."""


class AdviceReturned(FormEvent):
    """The SEN team sent advice back with reasons."""


class AdviceAccepted(FormEvent):
    """The SEN team accepted advice."""


class AdviceCancelled(FormEvent):
    """The advice is no longer needed."""


class ConsentStarted(FormEvent):
    """The family's consent form was started."""


class ConsentRecorded(FormEvent):
    """The family's consent form was recorded."""


class ConsentWithdrawn(FormEvent):
    """The family withdrew their consent."""


@dataclass(frozen=True, kw_only=True)
class FormShared(FormEvent):
    """The SEN team decided who may read a form; `new_links` are the links it was not shared with before."""

    shared_with: tuple[str, ...]
    links: tuple[int, ...] = ()
    new_links: tuple[int, ...] = ()
    new_professionals: bool = True
