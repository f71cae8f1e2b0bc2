"""What a pupil brings from another system: its papers beside the pupil's years, its marks for teachers to look at."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from activities.transfer_packages import TransferPackageActivities
from api.services import Services
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.documents import PupilContent
from domain.errors import Conflict, NotAllowed
from domain.transfers.contents import differing
from domain.transfers.messages import TransferDeed, TransferRef
from domain.transfers.phases import Deed, Phase
from interchange.transfer.package import pack
from signing.verification.verdicts import Verdict, Verification
from storage import journal
from storage.database import Sessions
from storage.handovers import merging
from storage.handovers.merging import Merger
from storage.matters import steps as diary
from storage.matters.steps import Step
from storage.tables import ClassGroup, Enrolment, Matter, MatterEvent, PupilRow, School, Transfer
from storage.transfers import brought, following, steps
from tests.api.assembled import APART
from tests.api.conftest import As
from tests.api.world import World
from tests.documents import samples
from tests.factories import NOW, OpenBook, make_class, open_book
from tests.interchange.transfer.samples import RUNNING, YEARS, package, papers
from tests.issued import enrolment
from tests.signing.verification.transfer_desk import judged_so
from tests.storage.extracts.making import arrived

YEAR_PDF = "hoc-ba-2025-2026.pdf"


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    found = open_book(db, world.cast, Term.YEAR_END)
    db.commit()
    return found


@pytest.fixture
def transfer_id(book: OpenBook, services: Services) -> UUID:
    """The package was brought and checked while the school looked at it; the pupil is in the class since."""
    row = brings(book, services, whose(book))
    row.phase, row.to_enrolment_id = Phase.PLACED.value, enrolment(book, 0).id
    book.session.commit()
    return row.matter_id


def whose(book: OpenBook) -> PupilContent:
    """The pupil of the first record, as a package has him."""
    known = book.session.get_one(PupilRow, enrolment(book, 0).pupil_id)
    return replace(
        samples.pupil(), pupil_code=known.pupil_code, personal_id=known.personal_id, full_name=known.full_name,
        birth_date=known.birth_date.isoformat(),
    )  # fmt: skip


def own_sessions(book: OpenBook) -> Sessions:
    """A worker's, within the test's transaction."""
    bound = book.session.connection()
    return sessionmaker(bound, expire_on_commit=False, join_transaction_mode="create_savepoint")


def brings(book: OpenBook, services: Services, pupil: PupilContent, checker: Any = APART) -> Transfer:  # noqa: ANN401
    """A package of a pupil, brought for the first record's, and checked twice."""
    made = package()
    packed = pack(replace(made, data=replace(made.data, pupil=pupil)))
    matter_id = arrived(book, package_sha256=services.objects.put(packed), phase=Phase.CHECKING)
    book.session.commit()
    act = TransferPackageActivities(own_sessions(book), services.objects, (), checker)
    for _ in range(2):
        act.check_brought(TransferRef(str(matter_id), NOW))
    return book.session.get_one(Transfer, matter_id, populate_existing=True)


@dataclass(frozen=True)
class Genuine:
    """Holds every paper for a genuine record of one pupil, and for the result that names the records."""

    pupil: PupilContent

    def verify_and_read(self, pdf: bytes, *_roots: object, **_beside: object) -> tuple[Verification, bytes]:
        year, records = pdf.decode().removeprefix("%PDF- "), [each for each in papers() if each.school_year in YEARS]
        named = [{"school_year": e.school_year, "sha256": hashlib.sha256(e.pdf).hexdigest()} for e in records]
        said = {"lookup_code": YEARS.get(year, ""), "school_year": year, "past_years": named}
        content = {**said, "pupil": asdict(self.pupil)}
        return judged_so(Verdict.VALID), json.dumps({"kind": "year_record", "content": content}).encode()


def words(answer: Response) -> str:
    return " ".join(answer.text.split())


def test_the_check_keeps_the_running_year_and_is_taken_once(book: OpenBook, transfer_id: UUID) -> None:
    row = book.session.get_one(Transfer, transfer_id, populate_existing=True)
    assert row.report is not None
    assert row.report["running"] is not None
    assert row.is_sound is False  # its papers are none
    query = book.session.query(MatterEvent).filter_by(matter_id=transfer_id, deed="packed")
    assert query.count() == 1
    assert diary.first_broken_step(book.session, transfer_id) is None


async def test_the_papers_stand_beside_the_pupil_s_years_with_their_own_verdict(
    desk: As, book: OpenBook, transfer_id: UUID
) -> None:
    shown = words(await desk("homeroom").get(f"/hoc-ba/{book.records[0]}/chuoi"))
    for said in ("Học bạ mang đến từ nơi khác", "không hợp lệ", YEAR_PDF):
        assert said in shown, said
    assert "mang đến" not in words(await desk("homeroom").get(f"/hoc-ba/{book.records[1]}/chuoi"))
    path = f"/chuyen-truong/{transfer_id}/ho-so"
    for who in ("homeroom", "clerk"):
        answer = await desk(who).get(f"{path}/{YEAR_PDF}")
        assert (answer.content, answer.headers["Content-Type"]) == (b"%PDF- 2025-2026", "application/pdf")
    for member in ("du-lieu.json", "hoc-ba-1999-2000.pdf"):
        assert (await desk("clerk").get(f"{path}/{member}")).status_code == 404
    assert (await desk("foreigner").get(f"{path}/{YEAR_PDF}")).status_code == 404


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("pupil_code", "7900000000", "mã học sinh"),
        ("personal_id", "079319000999", "số định danh cá nhân"),
        ("full_name", "Nguyễn Văn Khác", "họ và tên"),
        ("birth_date", "2018-02-03", "ngày sinh"),
    ],
)
async def test_a_package_of_another_pupil_is_not_sound_and_nothing_of_it_is_his(
    desk: As, book: OpenBook, services: Services, field: str, text: str, said: str
) -> None:
    change: dict[str, Any] = {field: text}
    row = brings(book, services, replace(whose(book), **change), Genuine(whose(book)))
    assert row.is_sound is False
    assert brought.proven_years(row) == set()
    assert brought.learned(row) is None
    assert brought.papers_of(book.session, row.pupil_id) == []
    shown = words(await desk("principal").get(f"/chuyen-truong/{row.matter_id}"))
    assert f"Gói hồ sơ không phải của học sinh này: khác {said}." in shown
    assert "Vì sao vẫn chấp nhận hồ sơ" in shown


def test_records_of_the_pupil_himself_are_proven(book: OpenBook, services: Services) -> None:
    assert brought.proven_years(brings(book, services, whose(book), Genuine(whose(book)))) == set(YEARS)


def test_papers_of_another_pupil_do_not_become_his_by_what_the_data_say(book: OpenBook, services: Services) -> None:
    row = brings(book, services, whose(book), Genuine(samples.pupil(9)))
    assert row.report is not None
    assert YEAR_PDF in str(row.report["problem"])
    assert (row.is_sound, brought.proven_years(row)) == (False, set())


def test_what_is_not_known_yet_is_not_compared(book: OpenBook) -> None:
    known = {"pupil_code": "", "personal_id": "", "full_name": "nguyễn  an", "birth_date": "2019-01-02"}
    told = replace(samples.pupil(), full_name="Nguyễn An", birth_date="2019-01-02")
    assert differing(told, known) == ()


async def test_after_a_merger_they_are_where_the_pupil_is_now(
    desk: As, book: OpenBook, world: World, transfer_id: UUID
) -> None:
    session, path = book.session, f"/chuyen-truong/{transfer_id}/ho-so/{YEAR_PDF}"
    chain = f"/hoc-ba/{book.records[0]}/chuoi"
    session.get_one(Matter, transfer_id).settled_at = NOW
    source, target = (session.get_one(School, each.school_id).code for each in (world.school, world.foreign.school))
    merging.merge(session, Merger("12/QĐ-UBND", source, target), lambda: datetime.now(UTC))
    session.commit()
    for who in ("foreigner", "homeroom"):
        assert YEAR_PDF in words(await desk(who).get(chain))
        assert (await desk(who).get(path)).content == b"%PDF- 2025-2026"
    session.get_one(Enrolment, enrolment(book, 0).id).left_on = NOW.date()
    session.commit()
    for gone in (chain, f"/chuyen-truong/{transfer_id}"):
        assert YEAR_PDF not in (await desk("foreigner").get(gone)).text
    assert (await desk("foreigner").get(path)).status_code == 404


async def test_what_is_no_package_has_no_members(desk: As, book: OpenBook, services: Services) -> None:
    scan = services.objects.put(b"%PDF- scan")
    matter_id = arrived(book, package_sha256=scan, packed_at=NOW, report={"members": [], "problem": "Không đọc được."})
    book.session.commit()
    assert (await desk("clerk").get(f"/chuyen-truong/{matter_id}/ho-so/{YEAR_PDF}")).status_code == 404
    assert brought.papers_of(book.session, enrolment(book, 0).pupil_id) == []


async def test_teachers_look_at_the_marks_of_their_own_subjects(desk: As, book: OpenBook, transfer_id: UUID) -> None:
    record, other = book.records[:2]
    path = f"/hoc-ba/{record}/ket-qua-mang-den"
    sheet = words(await desk("music").get(f"/lop/{book.id}/nhap/am_nhac"))
    assert path in sheet
    assert other not in sheet.partition("Kết quả mang đến từ trường cũ")[2].partition("</p>")[0]
    whole = words(await desk("homeroom").get(path))
    for said in ("Tính nhanh, trình bày rõ.", "Toán", "nghỉ 2 buổi có phép", "chưa được văn bản nào xác nhận đủ"):
        assert said in whole, said
    part = words(await desk("music").get(path))
    assert "Âm nhạc" in part
    assert "Tính nhanh" not in part
    assert "nghỉ 2 buổi" not in part
    assert (await desk("homeroom").get(f"/hoc-ba/{other}/ket-qua-mang-den")).status_code == 404
    assert (await desk("foreigner").get(path)).status_code == 404
    assert transfer_id


def test_a_class_that_nobody_knows_shows_nothing(book: OpenBook, transfer_id: UUID) -> None:
    row = book.session.get_one(Transfer, transfer_id, populate_existing=True)
    assert row.report is not None
    running = dict(row.report["running"])  # type: ignore[call-overload]
    row.report = {**row.report, "running": {**running, "optional": ["khong_co"]}}
    book.session.flush()
    found = brought.running_year(book.session, enrolment(book, 0).id, None)
    assert found is not None
    assert found.tables == ()
    assert brought.running_year(book.session, enrolment(book, 0).id, frozenset({HOMEROOM})) is not None


CHOSEN = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")


def tenth(db: Session, world: World, known: Sequence[str]) -> Transfer:
    """Accepted to a class of grade 10 with these gaps; the package then says that Physics was not learned."""
    book = open_book(db, make_class(db, world.cast.school, "10A1", optional=CHOSEN))
    learned = {"optional": [*CHOSEN[:3], "sinh_hoc"], "topics": []}
    matter_id = arrived(book, phase=Phase.CHECKING, learned={"optional": [], "topics": []}, package_sha256="a" * 64)
    accepted = Step(str(uuid4()), Deed.ACCEPT, NOW, world.cast.school.principal, None, {"gaps": list(known)})
    diary.note(db, matter_id, accepted)
    running = {**vars(replace(RUNNING, grade=10)), **learned, "terms": []}
    for _twice in range(2):
        following.note_checked(db, matter_id, ("a" * 64, True, {"members": [], "running": running}), NOW)
    row = db.get_one(Transfer, matter_id)
    assert db.get_one(ClassGroup, row.to_class_id).grade == 10
    assert (row.learned, row.subject_gaps) == (learned, ["vat_li"])
    return row


def decide(db: Session, row: Transfer, deed: Deed, staff_id: UUID) -> None:
    command_id = str(uuid4())
    reason_id = ""
    if deed is Deed.OVERRULE:
        journal.add_reason(db, UUID(command_id), row.to_school_id, staff_id, "Học bù Vật lí trong hè.")
        reason_id = command_id
    act = TransferDeed(str(row.matter_id), deed, str(staff_id), command_id=command_id, reason_id=reason_id)
    steps.take(db, act, NOW)


async def test_what_a_genuine_package_adds_to_be_made_up_the_principal_settles_with_a_reason(
    desk: As, db: Session, world: World
) -> None:
    row, school = tenth(db, world, known=()), world.cast.school
    db.commit()
    path = f"/chuyen-truong/{row.matter_id}"
    shown = words(await desk("principal").get(path))
    assert "Cách bổ sung kiến thức" in shown
    assert "Vì sao vẫn chấp nhận" not in shown
    assert "nhận học sinh vào lớp" not in words(await desk("clerk").get(path))
    assert "Quyết định cách bổ sung kiến thức" in words(await desk("principal").get("/viec-cua-toi"))
    with pytest.raises(Conflict, match="cách bổ sung kiến thức"):
        decide(db, row, Deed.CONFIRM, school.clerk)
    with pytest.raises(NotAllowed):
        decide(db, row, Deed.OVERRULE, school.clerk)
    decide(db, row, Deed.OVERRULE, school.principal)
    assert row.phase == Phase.ATTACHING
    newest = select(MatterEvent.detail).where(MatterEvent.matter_id == row.matter_id, MatterEvent.deed == "overrule")
    assert db.scalars(newest).one() == {"package": "a" * 64, "gaps": ["vat_li"]}


async def test_what_the_school_knew_when_it_accepted_is_simply_confirmed(desk: As, db: Session, world: World) -> None:
    row = tenth(db, world, known=("vat_li",))
    db.commit()
    assert "Hồ sơ đúng, nhận học sinh vào lớp" in words(await desk("clerk").get(f"/chuyen-truong/{row.matter_id}"))
    decide(db, row, Deed.CONFIRM, world.cast.school.clerk)
    assert row.phase == Phase.ATTACHING
