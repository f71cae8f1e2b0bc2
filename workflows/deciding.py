"""The updates of a class-term: each decision under its own name, refused before history where the rules refuse it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.decisions import Action, Decision

    from workflows.messages import Outcome


class DecisionHandlers:
    """Handlers only pass a decision on; `_decide` and `_check` are the workflow's."""

    async def _decide(self, decision: Decision) -> Outcome:
        raise NotImplementedError

    def _check(self, decision: Decision, action: Action) -> None:
        raise NotImplementedError

    @workflow.update(description="Giáo viên gửi phần đã nhập")
    async def submit(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Chủ nhiệm rà soát xong")
    async def review(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Trả lại để sửa")
    async def return_for_rework(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Giáo viên bộ môn hoặc chủ nhiệm ký")
    async def sign(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Hiệu trưởng duyệt và ký")
    async def approve(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Văn thư đóng dấu")
    async def seal(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Tạm giữ học sinh")
    async def hold(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Thôi tạm giữ")
    async def release(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Mở khoá phần đã gửi")
    async def unlock(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Thu hồi học bạ đã phát hành để sửa")
    async def recall(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Thông tin học sinh đã đổi, ký lại")
    async def renew(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Học sinh bắt đầu chuyển đi")
    async def detach_begin(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Học sinh không chuyển đi nữa")
    async def detach_cancel(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Học sinh đã chuyển đi")
    async def detach_commit(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @workflow.update(description="Học sinh chuyển đến")
    async def attach(self, decision: Decision) -> Outcome:
        return await self._decide(decision)

    @submit.validator
    def check_submit(self, decision: Decision) -> None:
        self._check(decision, Action.SUBMIT)

    @review.validator
    def check_review(self, decision: Decision) -> None:
        self._check(decision, Action.REVIEW)

    @return_for_rework.validator
    def check_return(self, decision: Decision) -> None:
        self._check(decision, Action.RETURN)

    @sign.validator
    def check_sign(self, decision: Decision) -> None:
        self._check(decision, Action.SIGN)

    @approve.validator
    def check_approve(self, decision: Decision) -> None:
        self._check(decision, Action.APPROVE)

    @seal.validator
    def check_seal(self, decision: Decision) -> None:
        self._check(decision, Action.SEAL)

    @hold.validator
    def check_hold(self, decision: Decision) -> None:
        self._check(decision, Action.HOLD)

    @release.validator
    def check_release(self, decision: Decision) -> None:
        self._check(decision, Action.RELEASE)

    @unlock.validator
    def check_unlock(self, decision: Decision) -> None:
        self._check(decision, Action.UNLOCK)

    @recall.validator
    def check_recall(self, decision: Decision) -> None:
        self._check(decision, Action.RECALL)

    @renew.validator
    def check_renew(self, decision: Decision) -> None:
        self._check(decision, Action.RENEW)

    @detach_begin.validator
    def check_detach_begin(self, decision: Decision) -> None:
        self._check(decision, Action.DETACH_BEGIN)

    @detach_cancel.validator
    def check_detach_cancel(self, decision: Decision) -> None:
        self._check(decision, Action.DETACH_CANCEL)

    @detach_commit.validator
    def check_detach_commit(self, decision: Decision) -> None:
        self._check(decision, Action.DETACH_COMMIT)

    @attach.validator
    def check_attach(self, decision: Decision) -> None:
        self._check(decision, Action.ATTACH)
