"""`hocba verify` on the file of a pupil's chain, each paper in a process of its own, and how it is shown to people."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from pydantic import TypeAdapter
from rich.console import Console
from rich.markup import escape

from domain.calendar import TIMEZONE
from signing.chain.file import Paper
from signing.chain.history import Trust
from signing.chain.link_names import link_name
from signing.chain.sentences import chain_headline, chain_sentence
from signing.chain.verdicts import ChainFinding, ChainVerification, LinkReport
from signing.chain.verify import verify_chain
from signing.dss import ValidationMaterial
from signing.log.errors import NoteInvalid
from signing.log.notes import VerifierKey
from signing.verification.apart import ApartVerifier
from signing.verification.sentences import Language, sentence
from signing.verification.verdicts import Verdict, Verification

_COLOURS = {Verdict.VALID: "green", Verdict.INVALID: "red", Verdict.INDETERMINATE: "yellow"}
_MARKS = {Verdict.VALID: "✓", Verdict.INVALID: "✗", Verdict.INDETERMINATE: "?"}
_AS_OF = {"vi": "Theo nhật ký tại thời điểm", "en": "By the log as of"}
_PASSED = {"vi": "điều đã kiểm tra đều đạt", "en": "checks passed"}


def key_of(said: str) -> VerifierKey:
    """A verifier key (vkey), written out or in a file. Raises NoteInvalid, OSError."""
    if "+" in said and not Path(said).exists():
        return VerifierKey.parse(said.strip())
    try:
        return VerifierKey.parse(Path(said).read_text(encoding="utf-8").strip())
    except UnicodeDecodeError as error:
        raise NoteInvalid("Khoá kiểm tra của nhật ký sai định dạng.") from error


def verified_chain(
    data: bytes, roots: Sequence[x509.Certificate], keys: tuple[VerifierKey | None, Sequence[VerifierKey]],
    verifier: ApartVerifier,
) -> ChainVerification:  # fmt: skip
    """Raises ChainInvalid for what is no file of a chain."""

    def read(paper: Paper, material: ValidationMaterial, moment: datetime) -> tuple[Verification, bytes]:
        evidence = [paper.evidence] if paper.evidence else []
        return verifier.verify_and_read(paper.pdf, roots, evidence=evidence, archive=material, moment=moment)

    log_key, witnesses = keys
    return verify_chain(data, Trust(roots, log_key, witnesses), read)


def chain_json(found: ChainVerification) -> dict[str, object]:
    """Every fact, with the verdict on each link."""
    facts = TypeAdapter(ChainVerification).dump_python(found, mode="json")
    links = [{"verdict": each.verdict, **shown} for each, shown in zip(found.links, facts["links"], strict=True)]
    return {"verdict": found.verdict, **facts, "links": links}


def show_chain(console: Console, path: Path, found: ChainVerification, language: Language, *, every: bool) -> None:
    """The verdict first, then the whole, then link by link; `every` for what holds, too."""
    screen = _ChainScreen(console, language, every)
    headline = f"[bold {_COLOURS[found.verdict]}]{chain_headline(found, language)}[/]"
    screen.line(f"{headline}  [bold]{escape(str(path))}[/]")
    if found.as_of:
        screen.line(f"{_AS_OF[language]} {found.as_of.astimezone(TIMEZONE):%H:%M:%S %d/%m/%Y}", 2)
    screen.findings(found.findings, 2)
    for each in found.links:
        screen.link(each)


class _ChainScreen:
    def __init__(self, console: Console, language: Language, every: bool) -> None:  # noqa: FBT001 - passed on
        self._console, self._language, self._every = console, language, every

    def line(self, marked_up: str, indent: int = 0) -> None:
        self._console.print(" " * indent + marked_up, soft_wrap=True)

    def link(self, report: LinkReport) -> None:
        self.line(f"{_mark(report.verdict)} [bold]{escape(link_name(report.link, self._language))}[/]", 2)
        self.findings(report.findings, 6)
        if report.paper is None:
            return
        parts = (report.paper.findings, *(each.findings for each in report.paper.signatures))
        for finding in (each for part in parts for each in part if not each.holds):
            self.line(f"{_mark(finding.outcome)} {escape(sentence(finding, self._language))}", 6)

    def findings(self, findings: Sequence[ChainFinding], indent: int) -> None:
        for finding in findings:
            if self._every or not finding.holds:
                said = escape(chain_sentence(finding, self._language))
                self.line(f"{_mark(finding.outcome)} {said}", indent)
        held = sum(each.holds for each in findings)
        if held and not self._every:
            self.line(f"{_mark(Verdict.VALID)} {held} {_PASSED[self._language]}", indent)


def _mark(verdict: Verdict) -> str:
    return f"[{_COLOURS[verdict]}]{_MARKS[verdict]}[/]"
