"""A pupil's transfer package as one file: written deterministically, and read only as it is written.

docs/transfers.md describes it for those who have no hocba.
"""

from collections import Counter
from typing import Final

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.transfers.contents import DATA_NAME, OF_NO_YEAR, PackedPaper, PaperKind, TransferData, TransferPackage
from interchange.transfer import readme
from interchange.transfer.archive import PackageInvalid, unzipped, zipped
from interchange.transfer.data import read_data, write_data
from interchange.transfer.members import (
    MANIFEST,
    check_listed,
    listed,
    manifest_of,
    papers_and_proofs,
    papers_of,
    read_manifest,
    validation_of,
    write_manifest,
)

_FIRST_NAME: Final = 30  # where a zip has the name of its first member
_REQUIRED: Final = (readme.NAME, MANIFEST, DATA_NAME)


def is_package(data: bytes) -> bool:
    """Whether a zip says of itself, in its first member, that it is a transfer package."""
    return data.startswith(readme.NAME.encode(), _FIRST_NAME)


def pack(package: TransferPackage) -> bytes:
    """The package as bytes; papers and proofs may come in any order.

    Raises PackageInvalid if papers do not fit the data, come twice, or are more than a reader takes.
    """
    _refuse_misfits(package)
    return zipped(_members(package, readme.TEXT, write_data(package.data)))


def unpack(data: bytes) -> TransferPackage:
    """Read a package whose every member is as it is listed. Raises PackageInvalid, naming what is wrong.

    Nothing is verified here but hashes and structure: `signing.verification.transfers` does that.
    """
    members = unzipped(data)
    if missing := [name for name in _REQUIRED if name not in members]:
        raise PackageInvalid(f"Tệp không phải gói chuyển trường: thiếu {', '.join(missing)}.")
    manifest = read_manifest(members[MANIFEST])
    check_listed(manifest, members)
    if not readme.is_edition(members[readme.NAME]):
        raise PackageInvalid(f"Tệp {readme.NAME} không phải bản hướng dẫn của hệ thống.")
    found = TransferPackage(
        manifest.at, read_data(members[DATA_NAME]), papers_of(manifest, members), validation_of(manifest, members)
    )
    _refuse_misfits(found)
    if zipped(_members(found, members[readme.NAME], members[DATA_NAME])) != data:
        raise PackageInvalid("Gói chuyển trường không đúng dạng do hệ thống xuất.")
    return found


def _members(package: TransferPackage, first: bytes, data: bytes) -> dict[str, bytes]:
    """All members in their order: what people read first is first."""
    others = papers_and_proofs(package)
    lines = (
        listed(readme.NAME, "readme", first),
        listed(DATA_NAME, "data", data),
        *(member for member, _ in others.values()),
    )
    contents = {name: content for name, (_, content) in others.items()}
    manifest = write_manifest(manifest_of(package, lines))
    return {readme.NAME: first, MANIFEST: manifest, DATA_NAME: data, **contents}


def _refuse_misfits(package: TransferPackage) -> None:
    if not package.papers:
        raise PackageInvalid("Gói chuyển trường không có văn bản nào.")
    for paper in package.papers:
        if not _has_its_year(paper):
            raise PackageInvalid(f"Văn bản trong gói chuyển trường ghi sai năm học: “{paper.school_year}”.")
    names = Counter(paper.name for paper in package.papers)
    if repeated := sorted(name for name, count in names.items() if count > 1):
        raise PackageInvalid(f"Gói chuyển trường có hai văn bản cùng loại, cùng năm học: {', '.join(repeated)}.")
    sealed = {(paper.school_year, paper.lookup_code) for paper in package.papers if paper.kind is PaperKind.YEAR_RECORD}
    if sealed != _told(package.data) or len(package.data.years) != len(sealed):
        raise PackageInvalid("Các năm học trong du-lieu.json không phải là các năm có học bạ trong gói.")


def _has_its_year(paper: PackedPaper) -> bool:
    """Written so that it is fit for the name of a file."""
    if paper.kind in OF_NO_YEAR:
        return not paper.school_year
    try:
        return str(SchoolYear.parse(paper.school_year)) == paper.school_year
    except Invalid:
        return False


def _told(data: TransferData) -> set[tuple[str, str]]:
    return {(year.school_year, year.lookup_code) for year in data.years}
