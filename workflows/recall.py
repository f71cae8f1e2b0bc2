"""An issued record is recalled and corrected: asked for, confirmed, decided, allowed, then watched until it is late."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.correcting import Correcting


@workflow.defn
class RecallWorkflow(Correcting):
    @workflow.init
    def __init__(self, matter_id: str) -> None:
        self.begin(matter_id)

    @workflow.run
    async def run(self, matter_id: str) -> None:  # noqa: ARG002  # taken by __init__
        await self.follow()
