"""`hocba verify`: checks signed documents from their bytes alone, in plain words."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from rich.console import Console
from rich.markup import escape

from domain.errors import DomainError
from signing.errors import Unreadable
from signing.verdicts import Finding, Language, SignatureReport, Verification
from signing.verify import verify

DEFAULT_ROOT = Path(__file__).parent.parent / "var" / "pki" / "root.pem"
VALID, NOT_VALID, UNUSABLE = 0, 1, 2


class Tongue(StrEnum):
    VI = "vi"
    EN = "en"


@dataclass(frozen=True)
class Answer:
    """What is known of one file: a verification, or why there is none."""

    path: Path
    verification: Verification | None
    problem: str = ""


def verify_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tệp PDF cần kiểm tra / PDF files to check")],
    trust: Annotated[
        Path | None, typer.Option("--trust", metavar="ROOT.pem", help="Chứng thư số gốc tin cậy / trusted roots")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON / print one JSON object")] = False,  # noqa: FBT002 - Typer
    lang: Annotated[Tongue, typer.Option("--lang", help="Ngôn ngữ / language")] = Tongue.VI,
) -> None:
    """Kiểm tra chữ ký, con dấu và dữ liệu của văn bản; không cần mạng hay cơ sở dữ liệu. / Check documents offline."""
    language: Language = "en" if lang is Tongue.EN else "vi"
    roots = _trusted_roots(trust, language)
    answers = [_answer(path, roots, language) for path in files]
    if as_json:
        typer.echo(json.dumps(_as_json(answers), ensure_ascii=False))
    else:
        _show(answers, language)
    raise typer.Exit(_status(answers))


def _trusted_roots(path: Path | None, language: Language) -> list[x509.Certificate]:
    source = path or DEFAULT_ROOT
    try:
        return x509.load_pem_x509_certificates(source.read_bytes())
    except (OSError, ValueError) as error:
        typer.echo(_no_root(path, language), err=True)
        raise typer.Exit(UNUSABLE) from error


def _no_root(path: Path | None, language: Language) -> str:
    if path is None and language == "vi":
        return "Chưa có chứng thư số gốc tin cậy. Hãy chỉ ra tệp bằng --trust ROOT.pem."
    if path is None:
        return "There is no trusted root certificate yet. Name one with --trust ROOT.pem."
    if language == "vi":
        return f"Không đọc được chứng thư số gốc tin cậy: {path}"
    return f"The trusted root certificate cannot be read: {path}"


def _answer(path: Path, roots: list[x509.Certificate], language: Language) -> Answer:
    try:
        return Answer(path, verify(path.read_bytes(), roots))
    except OSError:
        return Answer(path, None, "Không mở được tệp." if language == "vi" else "The file cannot be opened.")
    except Unreadable as error:
        return Answer(path, None, error.message if language == "vi" else "The file is not a PDF of ours.")
    except DomainError as error:
        return Answer(path, None, error.message)


def _status(answers: list[Answer]) -> int:
    if any(answer.verification is None for answer in answers):
        return UNUSABLE
    held = all(answer.verification and answer.verification.holds for answer in answers)
    return VALID if held else NOT_VALID


def _show(answers: list[Answer], language: Language) -> None:
    console = Console(highlight=False)
    for answer in answers:
        if answer.verification is None:
            problem = f"[bold red]✗[/] [bold]{escape(str(answer.path))}[/]: {escape(answer.problem)}"
            console.print(problem, soft_wrap=True)
        else:
            _show_document(console, answer.path, answer.verification, language)
    if len(answers) > 1:
        held = sum(1 for answer in answers if answer.verification and answer.verification.holds)
        words = "văn bản hợp lệ" if language == "vi" else "documents valid"
        console.print(f"{held}/{len(answers)} {words}", style="bold")


def _show_document(console: Console, path: Path, found: Verification, language: Language) -> None:
    colour = "green" if found.holds else "red"
    console.print(f"[bold {colour}]{found.verdict(language)}[/]  [bold]{escape(str(path))}[/]", soft_wrap=True)
    about = " · ".join(part for part in (found.kind_name(language), found.school, found.lookup_code) if part)
    console.print(f"  {escape(about)}", soft_wrap=True)
    for finding in found.findings:
        _show_finding(console, finding, language, indent=2)
    for signature in found.signatures:
        _show_signature(console, signature, language)


def _show_signature(console: Console, signature: SignatureReport, language: Language) -> None:
    claimed = signature.claimed_at.strftime("%H:%M:%S %d/%m/%Y") if signature.claimed_at else "–"
    mark = "[green]✓[/]" if signature.holds else "[red]✗[/]"
    who = f"{signature.role(language)}: {signature.signer_name} ({signature.signer_id or '–'})"
    console.print(f"  {mark} [bold]{escape(who)}[/]", soft_wrap=True)
    console.print(f"      {claimed} ({signature.time_note(language)}) · {escape(signature.issuer)}", soft_wrap=True)
    for finding in signature.findings:
        _show_finding(console, finding, language, indent=6)


def _show_finding(console: Console, finding: Finding, language: Language, *, indent: int) -> None:
    mark = "[green]✓[/]" if finding.holds else "[red]✗[/]"
    console.print(f"{' ' * indent}{mark} {escape(finding.sentence(language))}", soft_wrap=True)


def _as_json(answers: list[Answer]) -> dict[str, object]:
    held = sum(1 for answer in answers if answer.verification and answer.verification.holds)
    return {
        "verified": held,
        "failed": len(answers) - held,
        "documents": [_document_json(answer) for answer in answers],
    }


def _document_json(answer: Answer) -> dict[str, object]:
    found = answer.verification
    if found is None:
        return {"file": str(answer.path), "valid": False, "problem": answer.problem}
    return {
        "file": str(answer.path),
        "valid": found.holds,
        "sha256": found.file_sha256,
        "kind": found.kind,
        "lookup_code": found.lookup_code,
        "school": found.school,
        "record_sha256": found.record_sha256,
        "checks": _checks_json(found.findings),
        "signatures": [_signature_json(signature) for signature in found.signatures],
    }


def _signature_json(signature: SignatureReport) -> dict[str, object]:
    return {
        "field": signature.field,
        "valid": signature.holds,
        "signer": signature.signer_name,
        "signer_id": signature.signer_id,
        "issuer": signature.issuer,
        "claimed_at": signature.claimed_at.isoformat() if signature.claimed_at else None,
        "time_source": "claimed",
        "certificate_from": signature.certificate_from.isoformat(),
        "certificate_until": signature.certificate_until.isoformat(),
        "checks": _checks_json(signature.findings),
    }


def _checks_json(findings: tuple[Finding, ...]) -> dict[str, bool]:
    return {finding.check.value: finding.holds for finding in findings}
