"""Papers of a pupil that follow from a decision, an identity page or an extract: signed, sealed, and in force."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.corrections import CorrectionActivities
    from domain.matters.corrections import CorrectionPlan

    from workflows.correcting import Correcting
    from workflows.matter_signing import MatterSigning
    from workflows.matter_work import in_database


class PupilPaper(Correcting, MatterSigning):
    """`begin_paper` in `__init__`, `follow_paper` as the workflow's `run`."""

    def begin_paper(self, matter_id: str) -> None:
        self.begin(matter_id)
        self.begin_signing(matter_id)
        self.noted = 0
        self.is_reading = False

    async def follow_paper(self) -> None:
        """Runs as long as the paper waits for a signature, and ends where only a decision is waited for."""
        plan = CorrectionPlan()
        while True:
            if self.is_stale:
                self.is_stale, self.is_reading = False, True
                plan = await self._plan()
                self.await_signatures(*plan.awaited)
                self.is_reading = False
            elif len(self.signed) > self.noted:
                self.noted, self.is_reading = len(self.signed), True
                await in_database(CorrectionActivities.note_signature, self.matter_id)
                self.is_stale = True
            elif self._is_idle(plan):
                return
            else:
                await workflow.wait_condition(lambda found=plan: self._has_news() or self._is_idle(found))  # type: ignore[misc]

    @workflow.signal(description="Xem lại: học sinh đã chuyển trường")
    async def look_again(self) -> None:
        """Where the page stands has changed without a decision about it."""
        self.is_stale = True

    async def _catch_up(self) -> None:
        """A signature may stand in the paper without what follows from it."""
        await in_database(CorrectionActivities.note_signature, self.matter_id)
        await super()._catch_up()

    def knows_what_is_awaited(self) -> bool:
        """Not while a decision is carried out, or what followed from it is read."""
        is_behind = self.is_stale or self.is_reading or len(self.signed) > self.noted
        return not is_behind and not self.lock.locked()

    def _has_news(self) -> bool:
        return self.is_stale or len(self.signed) > self.noted

    def _is_idle(self, plan: CorrectionPlan) -> bool:
        return not plan.awaited and workflow.all_handlers_finished()


@workflow.defn
class IdentityWorkflow(PupilPaper):
    @workflow.init
    def __init__(self, matter_id: str) -> None:
        self.begin_paper(matter_id)

    @workflow.run
    async def run(self, matter_id: str) -> None:  # noqa: ARG002  # taken by __init__
        await self.follow_paper()


@workflow.defn
class ExtractWorkflow(PupilPaper):
    @workflow.init
    def __init__(self, matter_id: str) -> None:
        self.begin_paper(matter_id)

    @workflow.run
    async def run(self, matter_id: str) -> None:  # noqa: ARG002  # taken by __init__
        await self.follow_paper()
