"""How `hocba verify` shows a verdict to people: the answer first, then what does not hold, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from cli.verify_chain import show_chain
from domain.calendar import TIMEZONE
from signing.chain.verdicts import ChainVerification
from signing.verification.labels import headline, kind_name, role_name, time_note
from signing.verification.sentences import Language, sentence
from signing.verification.transfer_reports import PackageReport
from signing.verification.transfer_sentences import member_name, package_headline, package_note, package_sentence
from signing.verification.verdicts import Finding, SignatureReport, Verdict, Verification

_COLOURS = {Verdict.VALID: "green", Verdict.INVALID: "red", Verdict.INDETERMINATE: "yellow"}
_MARKS = {Verdict.VALID: "✓", Verdict.INVALID: "✗", Verdict.INDETERMINATE: "?"}
_WORDS: dict[Language, dict[str, str]] = {
    "vi": {
        "issuer": "Nơi cấp chứng thư số",
        "unit": "Đơn vị quản lý",
        "lifetime": "Thời hạn chứng thư số",
        "level": "Mức chữ ký",
        "revoked": "Chứng thư số bị thu hồi hoặc tạm dừng từ",
        "lost": "khoá bị lộ từ",
        "valid": "văn bản hợp lệ",
        "passed": "điều đã kiểm tra đều đạt",
    },
    "en": {
        "issuer": "Certificate issued by",
        "unit": "Managing unit",
        "lifetime": "Certificate lifetime",
        "level": "Signature level",
        "revoked": "Certificate revoked or suspended since",
        "lost": "key lost since",
        "valid": "documents valid",
        "passed": "checks passed",
    },
}


@dataclass(frozen=True)
class Answer:
    """What is known of one file: a verification (and its report in XML), also of a package or a chain, or why none."""

    path: Path
    verification: Verification | None
    problem: str = ""
    report: str = ""
    package: PackageReport | None = None
    chain: ChainVerification | None = None

    @property
    def verdict(self) -> Verdict | None:
        found = self.verification or self.package or self.chain
        return found.verdict if found else None

    @property
    def holds(self) -> bool:
        return self.verdict is Verdict.VALID


def show(console: Console, answers: Sequence[Answer], language: Language, *, every_check: bool) -> None:
    """`every_check` for a sentence about what holds, too, instead of how many checks did."""
    screen = _Screen(console, language, every_check=every_check)
    for answer in answers:
        if answer.package is not None:
            screen.package(answer.path, answer.package)
        elif answer.chain is not None:
            show_chain(console, answer.path, answer.chain, language, every=every_check)
        elif answer.verification is not None:
            screen.document(str(answer.path), answer.verification)
        else:
            screen.line(f"[bold red]✗[/] [bold]{escape(str(answer.path))}[/]: {escape(answer.problem)}")
    if len(answers) > 1:
        held = sum(1 for answer in answers if answer.holds)
        console.print(f"{held}/{len(answers)} {_WORDS[language]['valid']}", style="bold")


@dataclass(frozen=True)
class _Screen:
    console: Console
    language: Language
    every_check: bool

    def line(self, marked_up: str, indent: int = 0) -> None:
        self.console.print(" " * indent + marked_up, soft_wrap=True)

    def package(self, path: Path, found: PackageReport) -> None:
        said = f"[bold {_COLOURS[found.verdict]}]{package_headline(found, self.language)}[/]"
        self.line(f"{said}  [bold]{escape(str(path))}[/]")
        self.line(escape(package_note(found, self.language)), 2)
        for member in found.members:
            name = f"{member_name(member, self.language)}: {member.name}"
            self.line(f"{_mark(member.verdict)} [bold]{escape(name)}[/]", 2)
            if member.problem:
                self.line(escape(member.problem), 6)
            sentences = [(each.outcome, package_sentence(each, self.language)) for each in member.findings]
            self._sentences(sentences, 6)
        for member in found.members:
            if member.verification and (self.every_check or not member.verification.holds):
                self.document(member.name, member.verification)

    def document(self, name: str, found: Verification) -> None:
        said = f"[bold {_COLOURS[found.verdict]}]{headline(found, self.language)}[/]"
        self.line(f"{said}  [bold]{escape(name)}[/]")
        about = (kind_name(found.kind, self.language), found.school, found.lookup_code)
        self.line(escape(" · ".join(part for part in about if part)), 2)
        self._findings(found.findings, 2)
        for signature in found.signatures:
            self._signature(signature)

    def _signature(self, signature: SignatureReport) -> None:
        who = f"{role_name(signature.field, self.language)}: {signature.signer_name} ({signature.signer_id or '–'})"
        self.line(f"{_mark(signature.verdict)} [bold]{escape(who)}[/]", 2)
        for fact in _facts(signature, self.language):
            self.line(escape(fact), 6)
        self._findings(signature.findings, 6)

    def _findings(self, findings: Sequence[Finding], indent: int) -> None:
        self._sentences([(each.outcome, sentence(each, self.language)) for each in findings], indent)

    def _sentences(self, said: Sequence[tuple[Verdict, str]], indent: int) -> None:
        for outcome, text in said:
            if self.every_check or outcome is not Verdict.VALID:
                self.line(f"{_mark(outcome)} {escape(text)}", indent)
        held = sum(outcome is Verdict.VALID for outcome, _ in said)
        if held and not self.every_check:
            self.line(f"{_mark(Verdict.VALID)} {held} {_WORDS[self.language]['passed']}", indent)


def _facts(signature: SignatureReport, language: Language) -> list[str]:
    words = _WORDS[language]
    lines = [
        f"{_time(signature.proven_at or signature.claimed_at)} ({time_note(signature.proof, language)})",
        f"{words['issuer']}: {signature.issuer}",
        f"{words['lifetime']}: {_time(signature.certificate_from)} – {_time(signature.certificate_until)}",
        f"{words['level']}: {signature.level} · {signature.algorithm}",
    ]
    if signature.unit:
        lines.insert(1, f"{words['unit']}: {signature.unit}")
    if signature.revocation:
        told = signature.revocation
        lost = f", {words['lost']} {_time(told.invalid_since)}" if told.invalid_since else ""
        lines.append(f"{words['revoked']} {_time(told.at)} ({told.reason}){lost}")
    return lines


def _mark(verdict: Verdict) -> str:
    return f"[{_COLOURS[verdict]}]{_MARKS[verdict]}[/]"


def _time(at: datetime | None) -> str:
    """In Vietnam."""
    return at.astimezone(TIMEZONE).strftime("%H:%M:%S %d/%m/%Y") if at else "–"
