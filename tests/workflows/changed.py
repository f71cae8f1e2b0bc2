"""The class-term's workflow as nobody should deploy it: with a bug in a validator, and with its commands reordered."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.decisions import DeadlineNote, DecisionActivities
    from domain.decisions import Action, Decision
    from workflows.class_term import ClassTermWorkflow
    from workflows.messages import ClassTermState

BUG = "bug"


@workflow.defn(name="ClassTermWorkflow")
class BuggyClassTermWorkflow(ClassTermWorkflow):
    """Stumbles over one reason."""

    @workflow.init
    def __init__(self, start: ClassTermState) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ClassTermState) -> str:
        return await super().run(start)

    def _check(self, decision: Decision, action: Action) -> None:
        super()._check(decision, action)
        if decision.reason_id == BUG:
            raise KeyError(decision.reason_id)


@workflow.defn(name="ClassTermWorkflow")
class ReorderedClassTermWorkflow(ClassTermWorkflow):
    """Notes its deadline first: one activity that no recorded history has at its beginning."""

    @workflow.init
    def __init__(self, start: ClassTermState) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ClassTermState) -> str:
        await workflow.execute_activity_method(
            DecisionActivities.note_deadline,
            DeadlineNote(start.class_term_id, start.deadline.policy_version, start.deadline.due_at),
            start_to_close_timeout=timedelta(seconds=30),
        )
        return await super().run(start)
