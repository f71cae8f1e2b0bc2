"""A matter that is nothing but its paper: one signature after the other."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.matter_signing import MatterSigning, PaperState


@workflow.defn
class SignedMatter(MatterSigning):
    """Waits for one field after the other; it can be told to begin again, and to continue as new."""

    @workflow.init
    def __init__(self, matter_id: str, fields: tuple[str, ...], paper: PaperState) -> None:
        self.begin_signing(matter_id, paper)
        self.await_signatures(*paper.awaited or fields[:1])
        self.is_renewed = False

    @workflow.run
    async def run(self, matter_id: str, fields: tuple[str, ...], paper: PaperState) -> list[str]:
        while left := [each for each in fields if each not in self.signed]:
            self.await_signatures(left[0])
            await workflow.wait_condition(lambda: self.are_signed(left[0]) or self.is_renewed or not self.awaited)
            if self.is_renewed:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(args=[matter_id, fields, self.paper_state()])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return list(self.signed)

    @workflow.signal
    def write_anew(self) -> None:
        self.forget_signatures()

    @workflow.signal
    def renew(self) -> None:
        self.is_renewed = True

    @workflow.query
    def fields(self) -> list[str]:
        return [*self.signed, "|", *self.awaited]
