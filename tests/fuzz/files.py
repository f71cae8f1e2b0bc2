"""What people hand in: workbooks, packages and packets, each with the reader that has to bear anything."""

from collections.abc import Iterator

from interchange.marks import read_marks
from interchange.national.json_form import read_json, write_json
from interchange.national.xml_form import read_xml, write_xml
from interchange.oneroster.incoming import read_roster as read_oneroster
from interchange.receipts import read_pong, read_receipt
from interchange.roster import read_roster
from interchange.slot_workbook.reading import read_slot
from interchange.slot_workbook.writing import write_slot
from interchange.staff import read_staff
from interchange.transfer.package import pack, unpack
from tests.fuzz.target import Reader, Target
from tests.interchange.national.samples import packet
from tests.interchange.oneroster.drafts import Draft
from tests.interchange.slot_samples import CURRICULA, entered, make_marks
from tests.interchange.test_marks import sheets
from tests.interchange.test_staff import JOB, PERSON, staff_file
from tests.interchange.transfer.samples import forged, members, package, zipped
from tests.interchange.workbooks import class_list, packed, parts_of, pupil, roster

MARKS = entered(make_marks())
LIST, SLOT, DRAFT, PACKED = class_list(), write_slot(MARKS), Draft.of(), pack(package())
ROSTER = roster(pupil())
ONE_ROSTER = DRAFT.zip()
PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
RECEIPT = (
    b'{"goiTin": "%b", "maTruong": "79000701", "nhanLuc": "2026-06-01T08:00:00+07:00", "soNhan": 1, "soDaCo": 0,'
    b' "soTuChoi": 0, "hocBa": [{"idBanGhi": "x", "phienBan": 1, "ketQua": "accepted", "lyDo": ""}]}' % (b"0" * 64)
)


def file_targets() -> Iterator[Target]:
    yield Target("workbook", read_roster, (LIST, ROSTER, SLOT))
    yield from (Target(f"workbook {part}", _in_list(part), (parts_of(LIST)[part],)) for part in PARTS)
    yield Target("slot workbook", lambda data: read_slot(data, MARKS), (SLOT,))
    yield from (Target(f"slot workbook {part}", _in_slot(part), (parts_of(SLOT)[part],)) for part in PARTS)
    yield Target("marks", lambda data: read_marks(data, CURRICULA[1]), (sheets(),))
    yield Target("staff", read_staff, (staff_file([PERSON], [JOB]),))
    yield Target("OneRoster", read_oneroster, (ONE_ROSTER,))
    yield from (Target(f"OneRoster {name}", _in_roster(name), (data,)) for name, data in DRAFT.files().items())
    yield Target("transfer package", unpack, (PACKED,))
    yield Target(
        "transfer list",
        lambda data: unpack(zipped(members(PACKED) | {"manifest.json": data})),
        (members(PACKED)["manifest.json"],),
    )
    yield Target(
        "transfer data", lambda data: unpack(forged(PACKED, {"du-lieu.json": data})), (members(PACKED)["du-lieu.json"],)
    )
    yield Target("packet as XML", read_xml, (write_xml(packet()),))
    yield Target("packet as JSON", read_json, (write_json(packet()),))
    yield Target("receipt", read_receipt, (RECEIPT,))
    yield Target("pong", read_pong, (b'{"kho": "x", "luc": "2026-06-01T08:00:00+07:00"}',))


def _in_list(part: str) -> Reader:
    return lambda data: read_roster(packed(parts_of(LIST) | {part: data}))


def _in_slot(part: str) -> Reader:
    return lambda data: read_slot(packed(parts_of(SLOT) | {part: data}), MARKS)


def _in_roster(name: str) -> Reader:
    return lambda data: read_oneroster(packed(DRAFT.files() | {name: data}))
