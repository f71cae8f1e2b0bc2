"""What came of the demo: counts, times, and the verdict on each document and each audit chain."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.table import Table

from activities.upkeep import Chore
from cli.database import opened
from cli.demo_data import DemoSchool
from cli.demo_play import TermPlay
from cli.demo_stages import ISSUED, REVIEW, SIGN_RECORDS, SUBMIT, StageLine, seconds_between, stage_lines
from cli.demo_verdicts import verdict_on
from config.settings import Settings
from config.temporal import connect
from domain.assessment import Term
from domain.curriculum import PRINCIPAL
from domain.documents import DocumentKind
from storage import journal
from workflows.upkeep import schedule_id

PROOF_SECONDS = 120


@dataclass
class Report:
    """The demo holds when every expected document is there, sealed where it must be, and verified."""

    classes: int
    pupils: int
    out: Path
    kills: int
    sealed: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    signatures: int = 0
    verified: int = 0
    failed: int = 0
    seconds: float = 0.0
    stages: dict[Term, list[StageLine]] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)  # seconds of the year-end term from a step to the last issue
    cpu: dict[str, float] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    sheets: int = 0  # of all classes in one term

    @property
    def holds(self) -> bool:
        return not self.troubles

    def judge(self) -> None:
        """Compare what is there with what must be there."""
        terms = len(Term)
        expected = {
            DocumentKind.YEAR_RECORD: (self.sealed, self.pupils),
            DocumentKind.CLASS_SUMMARY: (self.sealed, self.classes * terms),
            DocumentKind.SUBJECT_SHEET: (self.documents, self.sheets * terms),
        }
        for kind, (found, wanted) in expected.items():
            if found[kind] != wanted:
                self.troubles.append(f"{kind}: {found[kind]} documents, expected {wanted}.")
        if self.failed:
            self.troubles.append(f"{self.failed} documents failed verification.")

    def as_json(self) -> dict[str, object]:
        return {
            "classes": self.classes,
            "pupils": self.pupils,
            "records_sealed": self.sealed[DocumentKind.YEAR_RECORD],
            "sheets_signed": self.documents[DocumentKind.SUBJECT_SHEET],
            "summaries_sealed": self.sealed[DocumentKind.CLASS_SUMMARY],
            "signatures": self.signatures,
            "verified": self.verified,
            "failed": self.failed,
            "seconds": round(self.seconds, 2),
            "records_per_second": self._rate(REVIEW),
            "records_per_second_from_submission": self._rate(SUBMIT),
            "records_per_second_from_homeroom": self._rate(SIGN_RECORDS),
            "cpu_seconds": self.cpu,
            "kills": self.kills,
            "out": str(self.out),
        }

    def _rate(self, step: str) -> float:
        """Year records issued per second, the clock starting with the first class's beginning of `step`."""
        return round(self.sealed[DocumentKind.YEAR_RECORD] / max(self.since[step], 0.01), 1)

    def table(self) -> Table:
        table = Table(title="Kết quả", title_justify="left")
        table.add_column("Bước")
        table.add_column("Số lượng", justify="right")
        table.add_column("Thời gian", justify="right")
        for term, lines in self.stages.items():
            for line in lines:
                table.add_row(f"{term.label} · {line.step}", f"{line.count:,} {line.unit}", f"{line.seconds:.1f} s")
            table.add_section()
        for label, found in self._totals().items():
            table.add_row(label, found, "")
        table.add_row("Cả quá trình", "", f"{self.seconds:.1f} s")
        return table

    def _totals(self) -> dict[str, str]:
        return {
            "Phiếu môn học đã ký": str(self.documents[DocumentKind.SUBJECT_SHEET]),
            "Bảng tổng hợp lớp đã đóng dấu": str(self.sealed[DocumentKind.CLASS_SUMMARY]),
            "Học bạ đã đóng dấu": str(self.sealed[DocumentKind.YEAR_RECORD]),
            "Chữ ký số": str(self.signatures),
            "Văn bản kiểm tra hợp lệ": f"{self.verified}/{self.verified + self.failed}",
            "Học bạ mỗi giây, từ khi nhập xong (rà soát)": str(self._rate(REVIEW)),
            "Học bạ mỗi giây, từ khi gửi phần đầu tiên": str(self._rate(SUBMIT)),
            "Học bạ mỗi giây, từ khi chủ nhiệm ký": str(self._rate(SIGN_RECORDS)),
        }


async def collect(settings: Settings, plays: Sequence[TermPlay], out: Path, kills: int) -> Report:
    """Download every document with its proof, verify it, check every audit chain, and add it up."""
    await prove(settings, plays)
    classes = {play.class_name for play in plays}
    report = Report(len(classes), _pupils(plays), out, kills, sheets=_sheets(plays))
    for play in plays:
        for line in await _documents(play):
            await _download(line, play, out)
            report.documents[line["kind"]] += 1
            report.sealed[line["kind"]] += line["sealed_at"] is not None
    root = shutil.copy(settings.pki_dir / "root.pem", out)
    for term in Term:
        report.stages[term] = stage_lines([play.stages for play in plays if play.term is term])
    year_end = [play for play in plays if play.term is Term.YEAR_END]
    logs = [play.stages for play in year_end]
    report.since = {step: seconds_between(logs, step, ISSUED) for step in (SUBMIT, REVIEW, SIGN_RECORDS)}
    report.cpu = year_end[-1].cpu
    await asyncio.to_thread(_verify_all, report, Path(root))
    report.troubles += await asyncio.to_thread(_broken_chains, settings, plays)
    report.judge()
    return report


def _sheets(plays: Sequence[TermPlay]) -> int:
    return sum(len(play.curriculum.subjects) for play in plays if play.term is Term.HK1)


def _pupils(plays: Sequence[TermPlay]) -> int:
    return sum(len(play.records) for play in plays if play.term is Term.YEAR_END)


async def prove(settings: Settings, plays: Sequence[TermPlay]) -> None:
    """Have the chores of the next minute done now, and wait until every document is proven."""
    client = await connect(settings)
    for chore in (Chore.PROVE, Chore.PUBLISH):
        await client.get_schedule_handle(schedule_id(chore)).trigger()
    async with asyncio.timeout(PROOF_SECONDS):
        while not await _are_proven(plays):  # noqa: ASYNC110 - it waits for other processes
            await asyncio.sleep(0.3)


async def _are_proven(plays: Sequence[TermPlay]) -> bool:
    for play in plays:
        if not all(line["is_proven"] for line in await _documents(play)):
            return False
    return True


async def _documents(play: TermPlay) -> list[dict[str, Any]]:
    address = f"/api/v1/class-terms/{play.class_term_id}/documents"
    answer = await play.client.http.get(address, headers=_as_principal(play.client.school))
    lines: list[dict[str, Any]] = answer.raise_for_status().json()
    return [line for line in lines if line["state"] == "live"]


async def _download(line: dict[str, Any], play: TermPlay, out: Path) -> None:
    """The document, and beside it the container that proves it."""
    address = f"/api/v1/documents/{line['document_id']}"
    folder = out / play.class_name / play.term.value
    folder.mkdir(parents=True, exist_ok=True)
    name = "-".join(part for part in (line["kind"], line["slot"], line["lookup_code"]) if part)
    for path, suffix in ((address, ".pdf"), (f"{address}/handover", ".asice")):
        answer = await play.client.http.get(path, headers=_as_principal(play.client.school))
        (folder / f"{name}{suffix}").write_bytes(answer.raise_for_status().content)


def _as_principal(school: DemoSchool) -> dict[str, str]:
    return {"Authorization": f"Bearer {school.accounts[PRINCIPAL].token}"}


def _verify_all(report: Report, root: Path) -> None:
    files = sorted(report.out.rglob("*.pdf"))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for path, (holds, signatures) in zip(
            files, pool.map(verdict_on, files, [root] * len(files), chunksize=8), strict=True
        ):
            report.signatures += signatures
            report.verified += holds
            report.failed += not holds
            if not holds:
                report.troubles.append(f"{path.name} does not verify.")


def _broken_chains(settings: Settings, plays: Sequence[TermPlay]) -> list[str]:
    with opened(settings.database_url) as sessions, sessions() as session:
        broken = [play for play in plays if journal.first_broken_link(session, UUID(play.class_term_id)) is not None]
    return [f"The audit chain of {play.class_name} {play.term} is broken." for play in broken]
