"""Lists and papers over HTTP: what each person finds in them."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from api.services import Services
from domain.decisions import Action
from storage.journal import FIRST_HASH
from storage.objects import ObjectDamaged
from storage.tables import Enrolment, ReviewItem, TermRecord
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import OpenBook, fill, open_book
from tests.storage.papers import make_document

API = "/api/v1/class-terms"


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    return open_book(db, world.cast)


@pytest.mark.parametrize(
    ("person", "classes"),
    [("principal", ["1A1", "1A2"]), ("homeroom", ["1A1"]), ("other", []), ("foreigner", ["1C1"])],
)
async def test_the_list_holds_the_own_school_and_for_teachers_the_own_classes(
    as_: As, world: World, db: Session, person: str, classes: list[str]
) -> None:
    if person == "principal":
        open_book(db, world.other_cast)
        db.commit()
    lines = (await as_(person).get(API)).json()
    assert [line["class_name"] for line in lines] == classes


async def test_a_class_shows_its_records_slots_and_what_i_may_do(as_: As, world: World) -> None:
    detail = (await as_("music").get(f"{API}/{world.class_term_id}")).json()
    assert detail["my_slots"] == ["am_nhac"]
    assert [line["record_id"] for line in detail["records"]] == list(world.records)
    assert {line["stage"] for line in detail["records"]} == {"entry"}
    assert [slot["name"] for slot in detail["slots"]][-1] == "Chủ nhiệm"
    assert {(slot["submitted"], slot["signed"]) for slot in detail["slots"]} == {(0, 0)}


async def test_the_trail_is_chained_and_names_no_pupil(as_: As, world: World, db: Session, book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"])
    for slot in ("toan", "am_nhac"):
        book.act(Action.SUBMIT, slot)
    db.commit()
    trail = (await as_("homeroom").get(f"{API}/{world.class_term_id}/audit")).json()
    assert [entry["seq"] for entry in trail] == [1, 2]
    assert [entry["prev_hash"] for entry in trail] == [FIRST_HASH, trail[0]["hash"]]
    assert (await as_("music").get(f"{API}/{world.class_term_id}/audit")).status_code == 404


async def test_a_subject_teacher_sees_the_own_sheet_and_no_paper_of_all_subjects(
    as_: As, db: Session, book: OpenBook, services: Services
) -> None:
    papers = {
        "am_nhac": make_document(book, kind="subject_sheet", slot="am_nhac", part=1, sha256=services.objects.put(b"1")),
        "toan": make_document(book, kind="subject_sheet", slot="toan", part=1, sha256=services.objects.put(b"2")),
        "": make_document(book, kind="class_summary", part=1, sha256=services.objects.put(b"3")),
    }
    db.commit()
    listed = (await as_("music").get(f"{API}/{book.id}/documents")).json()
    assert [line["slot"] for line in listed] == ["am_nhac"]
    answers = [await as_("music").get(f"/api/v1/documents/{paper.id}") for paper in papers.values()]
    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert len((await as_("clerk").get(f"{API}/{book.id}/documents")).json()) == 3


async def test_a_paper_comes_byte_for_byte_and_is_kept_by_nobody_between(
    as_: As, db: Session, book: OpenBook, services: Services
) -> None:
    document = make_document(book, part=1, sha256=services.objects.put(b"%PDF-1.7 \x00\xff"))
    db.commit()
    answer = await as_("homeroom").get(f"/api/v1/documents/{document.id}")
    assert answer.content == b"%PDF-1.7 \x00\xff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == f'inline; filename="class_summary-{document.id}.pdf"'


async def test_a_damaged_paper_is_not_handed_out(
    as_: As, db: Session, book: OpenBook, services: Services, objects_folder: Path
) -> None:
    sha256 = services.objects.put(uuid4().bytes)
    (objects_folder / sha256[:2] / sha256).write_bytes(b"something else")
    document = make_document(book, part=1, sha256=sha256)
    db.commit()
    with pytest.raises(ObjectDamaged):
        await as_("homeroom").get(f"/api/v1/documents/{document.id}")


async def test_review_items_are_those_of_the_own_school(as_: As, world: World, db: Session, book: OpenBook) -> None:
    enrolment = db.get_one(Enrolment, db.get_one(TermRecord, book.opened.record_ids[0]).enrolment_id)
    db.add(ReviewItem(pupil_id=enrolment.pupil_id, code="SexMismatch"))
    db.commit()
    (line,) = (await as_("principal").get("/api/v1/review-items")).json()
    assert (line["class_name"], line["code"]) == ("1A1", "SexMismatch")
    assert (await as_("foreigner").get("/api/v1/review-items")).json() == []


@pytest.mark.parametrize("name", ["00000000-0000-4000-8000-000000000000", "1", "../../etc/passwd"])
async def test_a_class_that_is_not_there_is_not_found(as_: As, name: str) -> None:
    assert (await as_("principal").get(f"{API}/{name}")).status_code in {404, 422}
