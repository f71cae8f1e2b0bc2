"""A part that was sent is corrected before issue: asked for, decided, carried out, watched until its time is over."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.correcting import Correcting


@workflow.defn
class UnlockWorkflow(Correcting):
    @workflow.init
    def __init__(self, matter_id: str) -> None:
        self.begin(matter_id)

    @workflow.run
    async def run(self, matter_id: str) -> None:  # noqa: ARG002  # taken by __init__
        await self.follow()
