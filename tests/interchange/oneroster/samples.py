"""A small school as a roster, and packages made from it that may be bent before they are zipped."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, TT27, curriculum_for
from domain.identity import Sex, make_personal_id
from domain.rostering import (
    Assignment,
    Authority,
    ClassKey,
    Enrolment,
    Group,
    Office,
    Period,
    Position,
    Pupil,
    Roster,
    School,
    StaffMember,
    TermSpan,
    YearSpan,
)
from interchange.oneroster.archive import read_archive
from interchange.oneroster.outgoing import write_package

YEAR = SchoolYear(2026)
SCHOOL = "79760001"
FIRST, LAST = date(2026, 9, 5), date(2027, 5, 25)
CITY = Authority("city_department/Sở Mẫu", "Sở Mẫu", "city_department", date(2020, 1, 1))
COMMUNE = Authority("commune_authority/Phường Mẫu", "Phường Mẫu", "commune_authority", date(2025, 7, 1), CITY.code)
GROUP = Group(ClassKey(SCHOOL, YEAR, "1A1"), 1, TT27)
BIRTH = date(2020, 3, 2)


def person_id(serial: int, sex: Sex = Sex.FEMALE, birth: date = date(1985, 1, 1)) -> str:
    return make_personal_id("079", sex, birth, serial)


PRINCIPAL, TEACHER, MUSICIAN = (person_id(serial) for serial in (1, 2, 3))
NAMES = {PRINCIPAL: "Trần Thị Thu Hà", TEACHER: "Nguyễn Thị Lan", MUSICIAN: "H’Hen"}


def pupil(number: int, name: str) -> Pupil:
    personal_id = person_id(100 + number, Sex.MALE, BIRTH)
    return Pupil(
        UUID(int=number), str(7926000000 + number), personal_id, name, BIRTH, "Nam", "Kinh", "Việt Nam", "Tỉnh Long An"
    )


def assignment(slot: str, personal_id: str = TEACHER, *, is_signer: bool = True) -> Assignment:
    return Assignment(GROUP.key, personal_id, slot, is_signer, Period.of_days(date(2026, 8, 1), None))


ROSTER = Roster(
    authorities=(CITY, COMMUNE),
    schools=(School(SCHOOL, "Trường Mẫu", "Phường Mẫu", "", "TP. Mẫu", COMMUNE.code, date(2026, 8, 1)),),
    years=(
        YearSpan(YEAR, FIRST, LAST, (
            TermSpan(Term.HK1, FIRST, date(2027, 1, 9)), TermSpan(Term.YEAR_END, date(2027, 1, 11), LAST),
        )),
    ),
    groups=(GROUP,),
    staff=tuple(StaffMember(UUID(int=int(each)), SCHOOL, each, name) for each, name in NAMES.items()),
    positions=(Position(SCHOOL, PRINCIPAL, Office.PRINCIPAL, "Hiệu trưởng", Period.of_days(date(2026, 8, 1), None)),),
    assignments=(
        assignment(HOMEROOM),
        *(assignment(s.code, MUSICIAN if s.code == "am_nhac" else TEACHER) for s in curriculum_for(1).subjects),
    ),
    pupils=(pupil(1, "Lê Văn An"), pupil(2, "Phạm Gia Bảo")),
    enrolments=tuple(Enrolment(GROUP.key, str(7926000000 + n), n, f"00{n}/2026", FIRST) for n in (1, 2)),
)  # fmt: skip

Lines = list[dict[str, str]]


@dataclass
class Draft:
    """The tables of a package by name, to be bent; every line has every column of its file."""

    tables: dict[str, Lines]

    @classmethod
    def of(cls, roster: Roster = ROSTER) -> Self:
        return cls(
            {name.removesuffix(".csv"): lines(data) for name, data in read_archive(write_package(roster)).items()}
        )

    def set(self, file: str, number: int, **cells: str) -> Self:
        """Change cells of a line; a name with `__` is one of our own columns."""
        for name, text in cells.items():
            column = f"metadata.hocba.{name[2:]}" if name.startswith("__") else name
            for line in self.tables[file]:
                line.setdefault(column, "")
            self.tables[file][number][column] = text
        return self

    def add(self, file: str, **cells: str) -> Self:
        """Add a line: the last one, with these cells instead."""
        self.tables[file].append({**self.tables[file][-1], **cells})
        return self

    def drop(self, file: str, number: int) -> Self:
        del self.tables[file][number]
        return self

    def without(self, file: str, column: str) -> Self:
        self.tables[file] = [
            {name: text for name, text in line.items() if name != column} for line in self.tables[file]
        ]
        return self

    def find(self, file: str, **cells: str) -> int:
        """Number of the first line with these cells, from 0."""
        return next(n for n, line in enumerate(self.tables[file]) if cells.items() <= line.items())

    def declare(self, name: str, mode: str) -> Self:
        return self.set("manifest", self.find("manifest", propertyName=f"file.{name}"), value=mode)

    def plain(self) -> Self:
        """As a system gives it that does not know hocba: without columns of our own."""
        for file, table in self.tables.items():
            self.tables[file] = [{n: t for n, t in line.items() if not n.startswith("metadata.")} for line in table]
        return self

    def files(self) -> dict[str, bytes]:
        return {f"{name}.csv": text(table) for name, table in self.tables.items()}

    def zip(self) -> bytes:
        return zipped(self.files())


def lines(data: bytes) -> Lines:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def text(table: Lines) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
