"""A record that says one thing to people and another to the receiving system is found, field by field."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.documents import SchoolingLine
from domain.year_records import YearRecordContent
from signing.verification.exchanged import first_difference
from signing.verification.sentences import sentence
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from tests.documents import samples, secondary_samples
from tests.signing.verification import papers
from tests.signing.verification.papers import attachable, exchanged, sealed, signable
from tests.signing.verification.test_printed import changed, longer
from tests.signing.verification.world import World

SCHOOLED = replace(samples.pupil(), schooling=(SchoolingLine("2025-2026", "1A", "Trường Mẫu", "Huế", "2025-10-01"),))
PRIMARY = replace(samples.grade_4_record(), pupil=SCHOOLED)
SECONDARY = replace(
    secondary_samples.secondary_record(1, secondary_samples.MOST, 10), pupil=SCHOOLED, certificates=("Tin học", "B1")
)
TABLES: dict[str, YearRecordContent] = {"thongtinsohocbasotieuhoc": PRIMARY, "thongtinsohocbasothcsthpt": SECONDARY}
# In the codes of lists that belong to an installation, or a constant.
CODED = {"trangthaithongtinhocba", "trichluc", "thongtu", "masogd", "tensogd", "macaphoc", "makhoi", "gioitinh"}
CODED |= {"dantoc", "quoctich", "ngaytao", "mamonhoc"}
PLACES = {"thongtintruong_diachi_tenxa", "thongtintruong_diachi_tentinh", "thongtintruong_diachi_matinh", "tenhuyen"}
PLACES |= {"quequan_diachichitiet"}


def leaves(record: dict[str, Any]) -> list[str]:
    rows = [part for part, value in record.items() if isinstance(value, list)]
    cells = [f"{part}.{at}.{name}" for part in rows for at, row in enumerate(record[part]) for name in row]
    return [name for name in record if name not in rows] + cells


def compared(content: YearRecordContent, record: object) -> str | None:
    return first_difference(attachable(content)["content"], record)


@pytest.mark.parametrize("content", [PRIMARY, SECONDARY, samples.longest_year_record(), samples.year_record()])
def test_what_is_attached_for_exchange_says_the_same(content: YearRecordContent) -> None:
    assert compared(content, exchanged(content)) is None


def otherwise(value: str | int) -> str | int:
    return not value if isinstance(value, bool) else longer(value)


@pytest.mark.parametrize("table", TABLES)
def test_no_field_that_says_the_same_can_say_something_else(table: str) -> None:
    content = TABLES[table]
    record = exchanged(content)[table]
    unnoticed = {
        path for path in leaves(record) if compared(content, {table: changed(record, path, otherwise)}) is None
    }
    assert {path.rpartition(".")[2] for path in unnoticed} <= CODED | PLACES
    assert len(leaves(record)) - len(unnoticed) > 80


@pytest.mark.parametrize(
    ("table", "path", "value", "field"),
    [
        ("thongtinsohocbasotieuhoc", "hovaten", "Trần Thị Khác", "pupil.full_name"),
        ("thongtinsohocbasotieuhoc", "dsbangdiem.1.diemkiemtradinhky", "10", "subjects.1.score"),
        ("thongtinsohocbasotieuhoc", "dsbangdiem.1.tenmonhoc", "Tiếng Việt", "subjects.1.name"),
        ("thongtinsohocbasotieuhoc", "phamchatnhanai", "T", "qualities.1.level"),
        ("thongtinsohocbasotieuhoc", "dahthanhctrinhtieuhoc", True, "programme_completed"),
        ("thongtinsohocbasothcsthpt", "bangdiem.0.diemcanam", "9,9", "subjects.0.year"),
        ("thongtinsohocbasothcsthpt", "bangdiem.0.tenmonhoc", "Toán", "subjects.0.name"),
        ("thongtinsohocbasothcsthpt", "bangdiem.8.tenmonhoc", "GD địa phương", "subjects.8.name"),
        ("thongtinsohocbasothcsthpt", "kqhoctaplai", "T", "learning.summer"),
        ("thongtinsohocbasothcsthpt", "sobuoinghi", 4, "absent"),
        ("thongtinsohocbasothcsthpt", "chungchi", [], "certificates"),
        ("thongtinsohocbasothcsthpt", "quatrinhhoctap", [], "pupil.schooling"),
    ],
)
def test_the_field_that_differs_is_named_as_the_content_names_it(
    table: str, path: str, value: object, field: str
) -> None:
    record = copy.deepcopy(exchanged(TABLES[table]))
    *above, last = path.split(".")
    place: Any = record[table]
    for name in above:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    assert compared(TABLES[table], record) == field


def no_rows(record: dict[str, Any]) -> object:
    return {table: {**fields, "dsbangdiem": fields["dsbangdiem"][1:]} for table, fields in record.items()}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (no_rows, "subjects"),
        (lambda record: {"thongtinsohocbasothcsthpt": next(iter(record.values()))}, ""),
        (lambda record: {**record, "more": {}}, ""),
        (lambda _: {}, ""),
        (lambda _: [], ""),
        (lambda _: "", ""),
        (lambda _: {"thongtinsohocbasotieuhoc": None}, ""),
        (lambda _: {"thongtinsohocbasotieuhoc": {}}, "version"),
    ],
)
def test_a_record_of_another_structure_is_no_accident(change: Callable[[dict[str, Any]], object], field: str) -> None:
    assert compared(PRIMARY, change(exchanged(PRIMARY))) == field


def test_a_trait_that_the_form_does_not_have_is_found() -> None:
    grade_1 = samples.year_record()
    ((table, record),) = exchanged(grade_1).items()
    assert compared(grade_1, {table: {**record, "nangluctinhoc": "T"}}) == "specific_competencies"


def test_a_sealed_record_with_two_minds_is_not_valid(world: World) -> None:
    honest = signable(samples.year_record(), world)
    ((table, record),) = exchanged(honest).items()
    record["dsbangdiem"][1]["mucdatduoc"] = "C"
    found = verify(sealed(world, papers.renderer().render(honest, {table: record}).pdf), world.roots)
    (failed,) = [each for each in found.findings if not each.holds]
    assert (found.verdict, found.failures(), failed.field) == (
        Verdict.INVALID, (Check.EXCHANGED,), "subjects.1.level"
    )  # fmt: skip
    named = "mức đạt được, môn học thứ 2"
    assert sentence(failed) == f"Dữ liệu học bạ để trao đổi khác với nội dung đính kèm: {named}."
