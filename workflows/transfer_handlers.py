"""The updates of a transfer: each decision under its own name, refused before history where it is not due."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.transfers.messages import TransferDeed, TransferStanding


class TransferHandlers:
    """Handlers only pass a decision on; `_decided` and `_check` are the workflow's."""

    continue_asked = False

    @workflow.signal(description="Chuyển sang lượt chạy mới (nâng cấp)")
    async def start_afresh(self) -> None:
        self.continue_asked = True

    def is_asked_to_continue(self) -> bool:
        return self.continue_asked and workflow.all_handlers_finished()

    async def _decided(self, deed: TransferDeed) -> TransferStanding:
        raise NotImplementedError

    async def _brought(self, deed: TransferDeed) -> TransferStanding:
        raise NotImplementedError

    def _check(self, deed: TransferDeed) -> None:
        raise NotImplementedError

    @workflow.update(description="Trường nơi đến đồng ý tiếp nhận")
    async def accept(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Trường nơi đến từ chối")
    async def refuse(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Trường nơi đi đồng ý cho chuyển")
    async def release(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(name="object", description="Trường nơi đi không đồng ý")
    async def oppose(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Nộp hồ sơ mang đến")
    async def bring(self, deed: TransferDeed) -> TransferStanding:
        return await self._brought(deed)

    @workflow.update(description="Xác nhận hồ sơ")
    async def confirm(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Chấp nhận hồ sơ có điểm không đạt")
    async def overrule(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Trả hồ sơ lại trường nơi đi")
    async def send_back(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Huỷ chuyển trường")
    async def cancel(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @workflow.update(description="Thử lại bước đang bị vướng")
    async def retry(self, deed: TransferDeed) -> TransferStanding:
        return await self._decided(deed)

    @accept.validator
    def check_accept(self, deed: TransferDeed) -> None:
        self._check(deed)

    @refuse.validator
    def check_refuse(self, deed: TransferDeed) -> None:
        self._check(deed)

    @release.validator
    def check_release(self, deed: TransferDeed) -> None:
        self._check(deed)

    @oppose.validator
    def check_oppose(self, deed: TransferDeed) -> None:
        self._check(deed)

    @bring.validator
    def check_bring(self, deed: TransferDeed) -> None:
        self._check(deed)

    @confirm.validator
    def check_confirm(self, deed: TransferDeed) -> None:
        self._check(deed)

    @overrule.validator
    def check_overrule(self, deed: TransferDeed) -> None:
        self._check(deed)

    @send_back.validator
    def check_send_back(self, deed: TransferDeed) -> None:
        self._check(deed)

    @cancel.validator
    def check_cancel(self, deed: TransferDeed) -> None:
        self._check(deed)

    @retry.validator
    def check_retry(self, deed: TransferDeed) -> None:
        self._check(deed)
