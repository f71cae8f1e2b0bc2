"""What a transfer package consists of: the name and kind of every member, and the list of them (manifest.json)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from domain.transfers.contents import PackedPaper, PaperKind, TransferPackage, ValidationFiles
from interchange.transfer.archive import PackageInvalid

MANIFEST: Final = "manifest.json"
FORMAT: Final = "hocba-transfer"
VERSION: Final = 1
# Kind of each sort of validation data, by its attribute.
_VALIDATION: Final = {"certificates": "certificate", "ocsps": "ocsp", "crls": "crl"}
_EVIDENCE: Final = "evidence"


@dataclass(frozen=True)
class Member:
    """A line of the manifest; `sha256` is 64 hex digits, `school_year` and `lookup_code` are "" where there is none."""

    name: str
    kind: str
    size: int
    sha256: str
    school_year: str = ""
    lookup_code: str = ""


@dataclass(frozen=True)
class Sender:
    code: str
    name: str


@dataclass(frozen=True)
class Manifest:
    """`created_at` is UTC to the second, `2026-10-07T03:00:00Z`."""

    format: str
    version: int
    created_at: str
    school: Sender
    members: tuple[Member, ...]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.created_at)


_ADAPTER: Final = TypeAdapter(Manifest)


def papers_and_proofs(package: TransferPackage) -> dict[str, tuple[Member, bytes]]:
    """The PDFs, each with its evidence behind it, then the validation data; all in the order of their names."""
    found: dict[str, tuple[Member, bytes]] = {}
    for paper in sorted(package.papers, key=lambda paper: paper.name):
        name = paper.name
        found[name] = _listed(name, paper.kind.value, paper.pdf, paper)
        if paper.evidence:
            beside = name.removesuffix(".pdf") + ".ers"
            found[beside] = _listed(beside, _EVIDENCE, paper.evidence, paper)
    proofs = {}
    for attribute, kind in _VALIDATION.items():
        for der in getattr(package.validation, attribute):
            name = f"kiem-chung/{kind}-{hashlib.sha256(der).hexdigest()}.der"
            proofs[name] = _listed(name, kind, der)
    return found | dict(sorted(proofs.items()))


def listed(name: str, kind: str, content: bytes) -> Member:
    """The line of a member that is no paper."""
    return _listed(name, kind, content)[0]


def _listed(name: str, kind: str, content: bytes, paper: PackedPaper | None = None) -> tuple[Member, bytes]:
    year, code = (paper.school_year, paper.lookup_code) if paper else ("", "")
    return Member(name, kind, len(content), hashlib.sha256(content).hexdigest(), year, code), content


def manifest_of(package: TransferPackage, members: tuple[Member, ...]) -> Manifest:
    at = package.created_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    school = package.data.school
    return Manifest(FORMAT, VERSION, at, Sender(school.code, school.name), members)


def write_manifest(manifest: Manifest) -> bytes:
    return json.dumps(_ADAPTER.dump_python(manifest, mode="json"), ensure_ascii=False, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Raises PackageInvalid for another format or version, and for whatever would not be written so."""
    try:
        found = _ADAPTER.validate_json(data)
        is_ours = write_manifest(found) == data
        _ = found.at
    except (ValidationError, ValueError, RecursionError) as error:
        raise PackageInvalid("Bản kê manifest.json của gói chuyển trường không đúng cấu trúc.") from error
    if (found.format, found.version) != (FORMAT, VERSION):
        raise PackageInvalid(f"Gói chuyển trường theo phiên bản khác; chỉ nhận {FORMAT} phiên bản {VERSION}.")
    if not is_ours:
        raise PackageInvalid("Bản kê manifest.json của gói chuyển trường không đúng cấu trúc.")
    return found


def check_listed(manifest: Manifest, members: Mapping[str, bytes]) -> None:
    """Raises PackageInvalid, naming the file, unless these are exactly the members that the manifest lists."""
    names = {member.name for member in manifest.members}
    if unknown := sorted(members.keys() - names - {MANIFEST}):
        raise PackageInvalid(f"Gói chuyển trường có tệp lạ, không có trong bản kê: {', '.join(unknown)}.")
    for member in manifest.members:
        content = members.get(member.name)
        if content is None:
            raise PackageInvalid(f"Gói chuyển trường thiếu tệp {member.name} có trong bản kê.")
        if len(content) != member.size or hashlib.sha256(content).hexdigest() != member.sha256:
            raise PackageInvalid(f"Tệp {member.name} đã bị thay đổi: không khớp mã băm trong bản kê.")


def papers_of(manifest: Manifest, members: Mapping[str, bytes]) -> tuple[PackedPaper, ...]:
    kinds = set(PaperKind)
    return tuple(
        PackedPaper(
            PaperKind(each.kind),
            each.lookup_code,
            members[each.name],
            members.get(each.name.removesuffix(".pdf") + ".ers", b""),
            each.school_year,
        )
        for each in manifest.members
        if each.kind in kinds
    )


def validation_of(manifest: Manifest, members: Mapping[str, bytes]) -> ValidationFiles:
    found: dict[str, Any] = {
        attribute: tuple(members[each.name] for each in manifest.members if each.kind == kind)
        for attribute, kind in _VALIDATION.items()
    }
    return ValidationFiles(**found)
