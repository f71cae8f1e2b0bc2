"""A stand-in for papers: decisions that sign take effect, but nothing is rendered, signed or kept.

A simulated season is about people and time. What cryptography and rendering cost, `hocba demo` and the benchmarks tell.
"""

from temporalio import activity

from activities.orders import OrderResult
from activities.refusals import refusals_are_final
from storage import projection
from storage.database import Sessions
from storage.projection import Projection


class UnsignedPapers:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    def complete_order(self, work: Projection, issue: Projection | None = None) -> OrderResult:
        """Every paper takes its signature; the decision is projected, with the issue that follows a seal."""
        with refusals_are_final(), self._sessions.begin() as session:
            projection.project(session, work, issue)
        decision = work.decision
        return OrderResult(decision.record_ids, slots=decision.slots, recorded=True, issued=issue is not None)
