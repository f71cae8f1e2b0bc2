"""`hocba verify`: checks signed documents and transfer packages from their bytes alone, in plain words, JSON or XML."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer
from cryptography import x509
from pydantic import TypeAdapter
from rich.console import Console

from cli.verify_chain import chain_json, key_of, verified_chain
from cli.verify_screen import Answer, show
from domain.errors import DomainError
from interchange.transfer.archive import PackageInvalid
from interchange.transfer.package import is_package
from interchange.transfer.package import unpack as unpack_transfer
from signing.chain.errors import ChainInvalid
from signing.chain.file import is_chain_file
from signing.container import MAX_BYTES, ContainerInvalid, unpack
from signing.log.errors import NoteInvalid
from signing.log.notes import VerifierKey
from signing.verification.apart import ApartVerifier
from signing.verification.errors import TookTooLong, TooLarge
from signing.verification.sentences import Language
from signing.verification.transfer_reports import MemberReport, PackageReport
from signing.verification.transfers import examine_package
from signing.verification.verdicts import SignatureReport, Verdict, Verification, worst
from signing.verification.verify import Beside

DEFAULT_ROOT = Path(__file__).parent.parent / "var" / "pki" / "root.pem"
DEFAULT_LOG_KEY = Path(__file__).parent.parent / "var" / "history" / "vkey"
UNUSABLE = 2
EXITS = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.INDETERMINATE: 3}
_ZIP = b"PK\x03\x04"
_NOT_OPENED = {"vi": "Không mở được tệp.", "en": "The file cannot be opened."}
_ONE_FILE = {
    "vi": "--evidence và --report xml chỉ dùng với một tệp.",
    "en": "--evidence and --report xml take one file.",
}
_NO_XML = {
    "vi": "Chuỗi học bạ không có báo cáo xml; hãy dùng --report json.",
    "en": "There is no xml report of a chain; use --report json.",
}
_NO_ROOT = {
    "vi": "Chưa có chứng thư số gốc tin cậy. Hãy chỉ ra tệp bằng --trust ROOT.pem.",
    "en": "There is no trusted root certificate yet. Name one with --trust ROOT.pem.",
}
_BAD_ROOT = {
    "vi": "Không đọc được chứng thư số gốc tin cậy:",
    "en": "The trusted root certificate cannot be read:",
}
_BAD_KEY = {
    "vi": "Không đọc được khoá kiểm tra của nhật ký:",
    "en": "The log's verifier key cannot be read:",
}
_PROBLEMS = {
    ChainInvalid: "The file of a chain is damaged or not as it was handed over.",
    TooLarge: "The file is larger than any document of ours.",
    TookTooLong: "Verifying took longer than any document of ours needs, and was stopped.",
    ContainerInvalid: "The container is damaged or not as it was handed over.",
    PackageInvalid: "The transfer package is damaged or not as it was exported.",
}
_NOT_FOR_PACKAGES = {
    "vi": "--evidence và --report xml không dùng với gói chuyển trường.",
    "en": "--evidence and --report xml are not for a transfer package.",
}

Keys: TypeAlias = tuple[VerifierKey | None, Sequence[VerifierKey]]


class Tongue(StrEnum):
    VI = "vi"
    EN = "en"


class Form(StrEnum):
    TEXT = "text"
    FULL = "full"
    JSON = "json"
    XML = "xml"


def verify_command(  # noqa: PLR0913 - Typer: one parameter for each option
    *,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Tệp PDF, gói hồ sơ ASiC-E, gói chuyển trường / PDF files, containers"),
    ],
    trust: Annotated[
        Path | None, typer.Option("--trust", metavar="ROOT.pem", help="Chứng thư số gốc tin cậy / trusted roots")
    ] = None,
    evidence: Annotated[
        list[Path] | None,
        typer.Option("--evidence", metavar="ER", help="Bằng chứng thời gian (RFC 4998) / evidence record, repeatable"),
    ] = None,
    log_key: Annotated[
        str,
        typer.Option("--log-key", metavar="VKEY", help="Khoá nhật ký (chuỗi học bạ), viết ra hoặc là tệp / log's key"),
    ] = "",
    witnesses: Annotated[
        list[str] | None,
        typer.Option("--witness", metavar="VKEY", help="Khoá của đơn vị phải có chữ ký làm chứng / required witness"),
    ] = None,
    report: Annotated[
        Form, typer.Option("--report", help="Ngắn, đủ (full), json, hoặc xml theo ETSI TS 119 102-2")
    ] = Form.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Như --report json / the same as --report json")] = False,
    lang: Annotated[Tongue, typer.Option("--lang", help="Ngôn ngữ / language")] = Tongue.VI,
) -> None:
    """Kiểm tra chữ ký, con dấu, dữ liệu của văn bản và của chuỗi học bạ; không cần mạng. / Check documents offline.

    Mã thoát / exit status: 0 hợp lệ / valid, 1 không hợp lệ / invalid, 3 chưa đủ căn cứ / indeterminate,
    2 không đọc được hoặc dùng sai lệnh / unreadable or wrong usage.
    """
    language: Language = "en" if lang is Tongue.EN else "vi"
    if len(files) > 1 and (evidence or report is Form.XML):
        _give_up(_ONE_FILE[language])
    roots = _trusted_roots(trust, language)
    records = [_opened(path, language) for path in evidence or ()]
    keys = _log_key(log_key, language), [_key(each, language) for each in witnesses or ()]
    with ApartVerifier() as verifier:
        desk = _Desk(verifier, roots, records, keys, language, wants_report=report is Form.XML)
        answers = [desk.answer(path) for path in files]
    if report is Form.XML:
        typer.echo(answers[0].report or answers[0].problem, err=not answers[0].report)
    elif as_json or report is Form.JSON:
        typer.echo(json.dumps(_as_json(answers), ensure_ascii=False))
    else:
        show(Console(highlight=False), answers, language, every_check=report is Form.FULL)
    raise typer.Exit(_status(answers))


class _Desk:
    """Takes one file after another."""

    def __init__(
        self,
        verifier: ApartVerifier,
        roots: Sequence[x509.Certificate],
        evidence: Sequence[bytes],
        keys: Keys,
        language: Language,
        *,
        wants_report: bool,
    ) -> None:
        self._verifier, self._roots, self._evidence, self._language = verifier, roots, evidence, language
        self._keys, self._wants_report = keys, wants_report

    def answer(self, path: Path) -> Answer:
        try:
            data = _bytes_of(path)
            if is_package(data):
                return self._package(path, data)
            return self._chain(path, data) if is_chain_file(data) else self._document(path, data)
        except OSError:
            return Answer(path, None, _NOT_OPENED[self._language])
        except DomainError as error:
            english = _PROBLEMS.get(type(error), "The file is not a PDF of ours.")
            return Answer(path, None, error.message if self._language == "vi" else english)

    def _document(self, path: Path, data: bytes) -> Answer:
        pdf, beside = self._read(data)
        if not self._wants_report:
            return Answer(path, self._verifier.verify(pdf, self._roots, **beside))
        found, report = self._verifier.verify_and_report(pdf, self._roots, **beside)
        return Answer(path, found, report=report)

    def _chain(self, path: Path, data: bytes) -> Answer:
        if self._wants_report:
            return Answer(path, None, _NO_XML[self._language])
        return Answer(path, None, chain=verified_chain(data, self._roots, self._keys, self._verifier))

    def _package(self, path: Path, data: bytes) -> Answer:
        if self._wants_report or self._evidence:
            return Answer(path, None, _NOT_FOR_PACKAGES[self._language])
        return Answer(path, None, package=examine_package(unpack_transfer(data), self._verifier, self._roots))

    def _read(self, data: bytes) -> tuple[bytes, Beside]:
        if not data.startswith(_ZIP):
            return data, Beside(evidence=self._evidence)
        handed = unpack(data)
        return handed.pdf, Beside(evidence=[*self._evidence, handed.evidence], archive=handed.material)


def _trusted_roots(path: Path | None, language: Language) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates((path or DEFAULT_ROOT).read_bytes())
    except (OSError, ValueError):
        _give_up(f"{_BAD_ROOT[language]} {path}" if path else _NO_ROOT[language])


def _log_key(said: str, language: Language) -> VerifierKey | None:
    """The key that is named, else that of this machine's own log, if it has one."""
    return _key(said, language) if said or DEFAULT_LOG_KEY.exists() else None


def _key(said: str, language: Language) -> VerifierKey:
    try:
        return key_of(said or str(DEFAULT_LOG_KEY))
    except (OSError, NoteInvalid):
        _give_up(f"{_BAD_KEY[language]} {said}")


def _opened(path: Path, language: Language) -> bytes:
    try:
        return _bytes_of(path)
    except OSError:
        _give_up(f"{path}: {_NOT_OPENED[language]}")


def _bytes_of(path: Path) -> bytes:
    """Never much more than can be verified, whatever the file's size."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _give_up(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(UNUSABLE)


def _status(answers: Sequence[Answer]) -> int:
    found = [answer.verdict for answer in answers if answer.verdict]
    return EXITS[worst(found)] if len(found) == len(answers) else UNUSABLE


def _as_json(answers: Sequence[Answer]) -> dict[str, object]:
    held = sum(1 for answer in answers if answer.holds)
    documents = [_document_json(answer) for answer in answers]
    return {"verified": held, "failed": len(answers) - held, "documents": documents}


def _document_json(answer: Answer) -> dict[str, object]:
    if answer.package is not None:
        return {"file": str(answer.path), **_package_json(answer.package)}
    if answer.chain is not None:
        return {"file": str(answer.path), **chain_json(answer.chain)}
    if answer.verification is None:
        return {"file": str(answer.path), "verdict": None, "problem": answer.problem}
    return {"file": str(answer.path), **_verification_json(answer.verification)}


def _verification_json(found: Verification) -> dict[str, object]:
    facts = TypeAdapter(Verification).dump_python(found, mode="json")
    signatures = [_signature_json(signature) for signature in found.signatures]
    return {"verdict": found.verdict, **facts, "signatures": signatures}


def _package_json(found: PackageReport) -> dict[str, object]:
    facts = TypeAdapter(PackageReport).dump_python(found, mode="json")
    members = [_member_json(member) for member in found.members]
    return {"verdict": found.verdict, **facts, "members": members}


def _member_json(member: MemberReport) -> dict[str, object]:
    facts = TypeAdapter(MemberReport).dump_python(member, mode="json")
    document = _verification_json(member.verification) if member.verification else None
    return {"verdict": member.verdict, **facts, "verification": document}


def _signature_json(signature: SignatureReport) -> dict[str, object]:
    facts = TypeAdapter(SignatureReport).dump_python(signature, mode="json")
    return {"verdict": signature.verdict, **facts}
