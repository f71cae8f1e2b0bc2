"""A whole package: what its manifest says, its tables, and whether they fit together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interchange.oneroster.archive import read_archive
from interchange.oneroster.records import FileProblem, Findings, Record, Table
from interchange.oneroster.specification import SPECIFICATION
from interchange.oneroster.tables import read_table
from interchange.sheets import Severity

MANIFEST: Final = "manifest"
# Without these no class can be registered; the people of classes may be still to come.
NEEDED: Final = ("orgs", "academicSessions", "courses", "classes")
READ: Final = (*NEEDED, "users", "roles", "demographics", "enrollments")


@dataclass(frozen=True)
class Package:
    """The tables that were read, by the file's name without its ending; `unknown` are files that were not."""

    tables: Mapping[str, Table]
    problems: tuple[FileProblem, ...]
    unknown: tuple[str, ...]


def read_package(data: bytes) -> Package:
    """Read a package of bulk files. Raises Invalid if it is no zip, or no honest one; all else becomes a problem."""
    files, findings = read_archive(data), Findings()
    modes = _read_manifest(files, findings)
    bulk = [name for name in READ if modes.get(name) == "bulk" and f"{name}.csv" in files]
    absent: dict[str, Table] = {name: () for name in READ if modes.get(name) == "absent" and name not in NEEDED}
    tables = absent | {name: read_table(name, files[f"{name}.csv"], findings) for name in bulk}
    _check_references(tables, findings)
    unknown = tuple(sorted(set(files) - {f"{name}.csv" for name in (MANIFEST, *READ)}))
    for name in unknown:
        findings.add(name, 0, "", "hocba không dùng tệp này; đã bỏ qua.", Severity.REVIEW)
    return Package(tables, tuple(findings.problems), unknown)


def _read_manifest(files: Mapping[str, bytes], findings: Findings) -> dict[str, str]:
    """Return how each file is said to come: absent, bulk or delta."""
    if f"{MANIFEST}.csv" not in files:
        findings.add(f"{MANIFEST}.csv", 0, "", "Gói thiếu tệp này.")
        return {}
    lines = read_table(MANIFEST, files[f"{MANIFEST}.csv"], findings)
    names = SPECIFICATION.manifest_files
    properties = _properties(lines, findings)
    _check_versions(properties, findings)
    return {name: _mode(name, properties.get(f"file.{name}"), files, findings) for name in names}


def _properties(lines: Table, findings: Findings) -> dict[str, Record]:
    """The lines by their property; one is told once, and one that nobody knows is left out."""
    files = (f"file.{name}" for name in SPECIFICATION.manifest_files)
    known = {*SPECIFICATION.versions, *SPECIFICATION.manifest_optional, *files}
    found: dict[str, Record] = {}
    for record in lines:
        name = record.text("propertyName")
        if name not in known:
            findings.review(record, "propertyName", f"“{name}” không có trong đặc tả OneRoster 1.2; đã bỏ qua.")
        elif found.setdefault(name, record) is not record:
            findings.blame(record, "propertyName", f"“{name}” đã có ở dòng {found[name].line}.")
    return found


def _check_versions(properties: Mapping[str, Record], findings: Findings) -> None:
    for name, version in SPECIFICATION.versions.items():
        record = properties.get(name)
        if record is None:
            _missing(name, findings)
        elif record.text("value") != version:
            findings.blame(record, "value", f"{name} là “{record.text('value')}”; chỉ nhận {version}.")


def _mode(name: str, record: Record | None, files: Mapping[str, bytes], findings: Findings) -> str:
    if record is None:
        _missing(f"file.{name}", findings)
        return ""
    mode = record.text("value")
    is_there = f"{name}.csv" in files
    if mode == "delta":
        findings.blame(record, "value", f"{name}.csv là bản thay đổi (delta); chỉ nhận bản đầy đủ (bulk).")
    elif mode not in SPECIFICATION.vocabularies["ImportMode"].values:
        findings.blame(record, "value", f"“{mode}” không phải là cách gửi tệp; chỉ nhận absent hoặc bulk.")
    elif mode == "bulk" and not is_there:
        findings.blame(record, "value", f"Khai là có nhưng trong gói không có tệp {name}.csv.")
    elif mode == "absent" and is_there:
        findings.blame(record, "value", f"Khai là không có nhưng trong gói có tệp {name}.csv.")
    elif mode == "absent" and name in NEEDED:
        findings.blame(record, "value", f"hocba cần tệp {name}.csv.")
    return mode


def _missing(name: str, findings: Findings) -> None:
    findings.add(f"{MANIFEST}.csv", 0, "propertyName", f"Thiếu dòng “{name}”.")


def _check_references(tables: Mapping[str, Table], findings: Findings) -> None:
    known = {name: {record.id for record in table} for name, table in tables.items()}
    for name, table in tables.items():
        linked = [column for column in SPECIFICATION.files[name] if column.ref in known]
        for record in table:
            for column in linked:
                held = record.many(column.name) or (record.text(column.name),)
                for lost in [each for each in held if each and each not in known[column.ref]]:
                    findings.blame(record, column.name, f"Tệp {column.ref}.csv không có mã “{lost}”.")
