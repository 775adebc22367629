"""Events of information asked before an assessment is agreed, of acceptances undone and of decisions corrected."""

from dataclasses import dataclass

from app.domain.event_base import FormEvent


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


@dataclass(frozen=True, kw_only=True)
class DecisionCorrected(FormEvent):
    """A decision was replaced by another: both are in the decision table under these numbers."""

    before: str
    number: int


class CorrectedToAssess(DecisionCorrected):
    """The corrected decision is to assess (reg. 5)."""


class CorrectedNotToAssess(DecisionCorrected):
    """The corrected decision is not to assess (reg. 5)."""
