"""`hocba audit`: does the archive still hold what was sealed, and the log what happened? Exit status 1 if not."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from activities.auditing import Auditor
from activities.auditing_log import LogAudit
from activities.findings import Fault, Progress
from activities.history import KEY_FILE, open_log_book
from cli.database import opened
from cli.trouble import Trouble
from config.places import history_place, objects_place
from config.settings import Settings
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles
from signing.trust_store import trusted_roots
from storage.database import Sessions
from storage.objects import Objects

STATE_FILE = "audit.json"
_LOOKED_AT = {
    "log": "mục nhật ký đọc lại",
    "checkpoints": "điểm chốt",
    "entries": "mục nhật ký đối chiếu",
    "batches": "đợt dấu thời gian",
    "documents": "văn bản đã đóng dấu",
    "records": "hồ sơ đã phát hành",
    "journals": "sổ lớp",
    "matters": "việc chuyển và bàn giao",
}
_FAULTS = {
    Fault.CHANGED: "bị sửa",
    Fault.REMOVED: "bị mất",
    Fault.SWAPPED: "bị tráo",
    Fault.BACK_DATED: "bị lùi ngày",
    Fault.HIDDEN: "không có trong nhật ký",
    Fault.FORKED: "nhật ký bị viết lại",
    Fault.UNPROVEN: "thiếu bằng chứng thời gian",
}
CLEAN, FOUND = 0, 1
_PROGRESS = TypeAdapter(Progress)


def audit_command(
    from_start: Annotated[bool, typer.Option("--from-start", help="Forget an interrupted audit.")] = False,  # noqa: FBT002 - Typer
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002 - Typer
) -> None:
    """Compare history log, object store and database; an interrupted audit goes on where it was."""
    settings, begun = Settings(), Progress(datetime.now(UTC))
    state = settings.var_dir / STATE_FILE
    progress = begun if from_start else _interrupted(state) or begun
    with opened(settings.database_url) as sessions:
        done = _auditor(settings, sessions).run(progress, lambda reached: _save(state, reached))
    typer.echo(_PROGRESS.dump_json(done).decode() if as_json else _report(done))
    raise typer.Exit(FOUND if done.findings else CLEAN)


def _auditor(settings: Settings, sessions: Sessions) -> Auditor:
    key, now = settings.key_store / KEY_FILE, datetime.now(UTC)
    if not key.exists():
        raise Trouble(f"Nhật ký chưa có khoá ({key}), nên chưa công bố điều gì; hãy khởi động hocba trước.")
    book = open_log_book(history_place(settings), settings.key_store, settings.history_origin)
    log_key = NoteSigner.open(key, settings.history_origin).log_key
    objects = Objects(objects_place(settings))
    return Auditor(sessions, objects, LogAudit(sessions, book, log_key, now), trusted_roots(settings.trust_file), now)


def _interrupted(state: Path) -> Progress | None:
    """Where an audit was interrupted; None if none was begun, or the last one came to its end."""
    if not state.exists():
        return None
    try:
        progress = _PROGRESS.validate_json(state.read_bytes())
    except ValidationError as error:
        raise Trouble(f"Tệp {state} bị hỏng; hãy kiểm tra lại từ đầu bằng --from-start.") from error
    return progress if progress.finished_at is None else None


def _save(state: Path, progress: Progress) -> None:
    LocalTiles(state.parent).write(state.name, _PROGRESS.dump_json(progress))


def _report(done: Progress) -> str:
    lines = [f"{_FAULTS[finding.fault]} · {finding.subject}: {finding.sentence}" for finding in done.findings]
    looked_at = ", ".join(f"{count} {_LOOKED_AT[stage]}" for stage, count in done.checked.items())
    faults = Counter(_FAULTS[finding.fault] for finding in done.findings)
    verdict = ", ".join(f"{count} {fault}" for fault, count in sorted(faults.items())) or "không phát hiện sai lệch"
    return "\n".join([*lines, f"Đã kiểm tra: {looked_at}.", f"Kết quả: {verdict}."])
