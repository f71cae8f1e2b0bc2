"""Transfer packages of generated pupils, and what somebody makes of them who wants to deceive."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.transfers.contents import (
    PackedCell,
    PackedPaper,
    PackedYear,
    PaperKind,
    RunningTerm,
    RunningYear,
    TransferData,
    TransferPackage,
    ValidationFiles,
)
from interchange.national.codes import load_codes
from interchange.national.json_form import written
from interchange.national.mapping import national_record
from tests.documents import samples

CREATED = datetime(2026, 10, 7, 3, 0, 5, tzinfo=UTC)
YEARS = {"2024-2025": "AAAA-2222", "2025-2026": "BBBB-3333"}
CELLS = (
    PackedCell("toan", "toan", "mid_hk1", "level", "T"),
    PackedCell("toan", "toan", "mid_hk1", "score", "9"),
    PackedCell("toan", "toan", "end_hk1", "comment", "Tính nhanh, trình bày rõ."),
)
RUNNING = RunningYear(
    record_uid="5b0f1e9c-0000-4000-8000-000000000001",
    school_year="2026-2027",
    grade=4,
    class_name="4A",
    rule_version="tt27-2020/1",
    optional=(),
    topics=(),
    terms=(RunningTerm("hk1", 2, 1, CELLS),),
)
VALIDATION = ValidationFiles((b"certificate 2", b"certificate 1"), (b"an OCSP response",), (b"a CRL",))


def record() -> dict[str, Any]:
    return written(national_record(samples.year_record(), load_codes()))


def data() -> TransferData:
    years = tuple(PackedYear(year, code, record()) for year, code in YEARS.items())
    return TransferData(samples.pupil(), samples.SCHOOL, years, RUNNING)


def papers() -> tuple[PackedPaper, ...]:
    result = PackedPaper(PaperKind.TRANSFER_RESULT, "CCCC-4444", b"%PDF- result", school_year="2026-2027")
    records = [
        PackedPaper(PaperKind.YEAR_RECORD, code, b"%PDF- " + year.encode(), b"evidence of " + year.encode(), year)
        for year, code in YEARS.items()
    ]
    page = PackedPaper(PaperKind.IDENTITY_PAGE, "DDDD-5555", b"%PDF- page", b"evidence")
    return (result, page, PackedPaper(PaperKind.PAPER_EXTRACT, "EEEE-6666", b"%PDF- extract"), *records)


def package() -> TransferPackage:
    return TransferPackage(CREATED, data(), papers(), VALIDATION)


def members(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(contents: Mapping[str, bytes | None], how: int = zipfile.ZIP_STORED) -> bytes:
    """A zip as ours are, but of any contents; None leaves a member out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in contents.items():
            if content is not None:
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.external_attr, info.create_system = 0o100644 << 16, 3
                archive.writestr(info, content, how)
    return target.getvalue()


def damaged(packed: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """Members changed, added or left out (None), by somebody who does not know of the list."""
    return zipped({**members(packed), **changes})


def forged(packed: bytes, changes: Mapping[str, bytes]) -> bytes:
    """Members changed by somebody who puts right what the list says of them."""
    found = {**members(packed), **changes}
    listed = json.loads(found["manifest.json"])
    for line in listed["members"]:
        content = found[line["name"]]
        line["size"], line["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    return zipped({**found, "manifest.json": indented(listed)})


def indented(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
