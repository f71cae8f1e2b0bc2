"""What the database itself refuses, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.decisions import Action
from storage import journal, registration
from storage.tables import (
    Assessment,
    ClassTermRow,
    Document,
    Enrolment,
    Position,
    PupilRow,
    RecordSlot,
    SchoolAuthority,
    TermRecord,
)
from tests.factories import SINCE, OpenBook, fill, make_class, make_staff
from tests.storage.papers import make_document, make_signature

# The tables that only grow, each with a column that somebody might change.
APPEND_ONLY = {
    "audit_entries": "created_at", "commands": "created_at", "signatures": "signed_at", "cell_changes": "changed_at",
    "decision_origins": "created_at",
}  # fmt: skip


@contextmanager
def refused(session: Session, constraint: str) -> Iterator[None]:
    """What runs inside is refused, and the transaction goes on."""
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        yield


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE assessments SET value = '1' WHERE slot = 'toan'",
        "DELETE FROM assessments WHERE slot = 'toan'",
        "UPDATE assessments SET slot = 'am_nhac' WHERE slot = 'toan'",
        """INSERT INTO assessments (record_id, point, item, kind, slot, value)
           SELECT id, 'mid_hk1', 'x', 'level', 'toan', 'T' FROM term_records""",
    ],
)
def test_submitted_cells_do_not_change(book: OpenBook, change: str) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    with refused(book.session, "not open for entry|stays in its slot"):
        book.session.execute(text(change))


def test_absences_do_not_change_once_homeroom_has_submitted(book: OpenBook) -> None:
    fill(book, ["homeroom"])
    book.act(Action.SUBMIT, "homeroom")
    with refused(book.session, "slot homeroom is not open"):
        book.session.execute(text("INSERT INTO pupil_terms (record_id) SELECT id FROM term_records"))


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = now()", "DELETE FROM {}"])
def test_the_records_of_what_happened_are_append_only(book: OpenBook, table: str, change: str) -> None:
    book.review_all()
    make_signature(book.session, make_document(book), book)
    journal.add_origin(book.session, "command", book.cast.homeroom, "Máy thử", "192.0.2.1")
    with refused(book.session, f"{table} is append-only"):
        book.session.execute(text(change.format(table, APPEND_ONLY[table])))


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"state": "void"}, {"sealed_at": None}, {"part": 7}])
def test_a_sealed_document_does_not_change(book: OpenBook, change: dict[str, object]) -> None:
    document = make_document(book, sealed_at=SINCE)
    with refused(book.session, "is sealed"):
        book.session.execute(update(Document).where(Document.id == document.id).values(**change))


def test_a_sealed_document_stays(book: OpenBook) -> None:
    make_document(book, sealed_at=SINCE)
    with refused(book.session, "is sealed"):
        book.session.execute(text("DELETE FROM documents"))


def test_a_pupil_has_one_live_year_record(book: OpenBook) -> None:
    make_document(book, kind="year_record", record=0)
    make_document(book, kind="year_record", record=0, state="void")
    make_document(book, kind="year_record", record=1)
    with refused(book.session, "uq_documents_live_record"):
        make_document(book, kind="year_record", record=0)


def test_a_part_of_the_class_has_one_live_summary(book: OpenBook) -> None:
    make_document(book, part=1)
    make_document(book, part=1, state="void")
    make_document(book, part=2)
    with refused(book.session, "uq_documents_live_part"):
        make_document(book, part=1)


def test_a_document_has_one_signature_per_field(book: OpenBook) -> None:
    document = make_document(book)
    make_signature(book.session, document, book, field="seal")
    make_signature(book.session, document, book, field="principal")
    with refused(book.session, "uq_signatures_document_id_field"):
        make_signature(book.session, document, book, field="seal")


def test_a_school_has_one_principal_at_a_time(book: OpenBook) -> None:
    school = book.cast.school
    second = make_staff(book.session, school.school_id, 77)
    with refused(book.session, "one_head_at_a_time"):
        registration.add_position(book.session, school.school_id, second, "principal", "Hiệu trưởng", (SINCE, None))


def test_the_next_principal_follows_the_first(book: OpenBook) -> None:
    school, leaves = book.cast.school, SINCE + timedelta(days=90)
    second = make_staff(book.session, school.school_id, 77)
    book.session.execute(update(Position).where(Position.staff_id == school.principal).values(valid_to=leaves))
    registration.add_position(book.session, school.school_id, second, "principal", "Hiệu trưởng", (leaves, None))


def test_a_slot_has_one_designated_signer_at_a_time(book: OpenBook) -> None:
    second = make_staff(book.session, book.cast.school.school_id, 77)
    registration.assign(book.session, book.cast.class_id, "toan", second, (SINCE, None), is_signer=False)
    other = make_staff(book.session, book.cast.school.school_id, 78)
    with refused(book.session, "one_signer_at_a_time"):
        registration.assign(book.session, book.cast.class_id, "toan", other, (SINCE, None))


def test_a_school_has_one_managing_authority_at_a_time(book: OpenBook) -> None:
    known = book.session.query(SchoolAuthority).one()
    with refused(book.session, "one_at_a_time"):
        book.session.add(
            SchoolAuthority(school_id=known.school_id, authority_id=known.authority_id, valid_from=date(2027, 1, 1))
        )


def test_a_pupil_is_in_one_class_of_the_year(book: OpenBook) -> None:
    other = make_class(book.session, book.cast.school, "1A2")
    pupil_id = book.session.query(Enrolment.pupil_id).filter_by(class_id=book.cast.class_id).first()
    assert pupil_id is not None
    with refused(book.session, "uq_enrolments_open_year"):
        book.session.add(
            Enrolment(
                class_id=other.class_id,
                pupil_id=pupil_id[0],
                school_year="2026-2027",
                order_no=9,
                record_uid=uuid4(),
                joined_on=date(2027, 1, 4),
            )
        )


def test_two_pupils_do_not_share_a_personal_id(book: OpenBook) -> None:
    taken = book.session.query(PupilRow.personal_id).first()
    assert taken is not None
    with refused(book.session, "uq_pupils_personal_id"):
        book.session.add(
            PupilRow(
                pupil_code="7926099999", personal_id=taken[0], full_name="Lê Văn Mẫu", birth_date=date(2020, 1, 2),
                sex="Nam", ethnicity="Kinh", nationality="Việt Nam", place_of_birth="",
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "change", "constraint"),
    [
        (TermRecord, {"stage": "done"}, "ck_term_records_stage_known"),
        (TermRecord, {"stage": "issued"}, "issued_has_time"),
        (TermRecord, {"revision": 0}, "revision_positive"),
        (ClassTermRow, {"stage": "done"}, "ck_class_terms_stage_known"),
        (RecordSlot, {"state": "submitted"}, "submitted_has_hash"),
        (Assessment, {"kind": "score", "point": "topic", "value": "11"}, "score_on_scale"),
        (Assessment, {"kind": "level", "point": "topic", "value": "A"}, "level_known"),
    ],
)
def test_values_outside_the_rules_are_refused(
    book: OpenBook, table: type[TermRecord], change: dict[str, object], constraint: str
) -> None:
    fill(book, ["toan"])
    with refused(book.session, constraint):
        book.session.execute(update(table).values(**change))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_only_grows_is_not_emptied(book: OpenBook, table: str) -> None:
    with refused(book.session, f"{table} is append-only"):
        book.session.execute(text(f"TRUNCATE {table} CASCADE"))
