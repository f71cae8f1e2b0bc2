"""A pupil's chain gathered from the archive: real papers, stamps and log; refused in words until all is proven."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from temporalio.testing import ActivityEnvironment

from activities.chains import ChainKeeper
from activities.history import KEY_FILE, HistoryKeeper, LogBook, log_files, open_log_book
from activities.upkeep import Chore, UpkeepActivities
from domain.chains import LinkState
from domain.curriculum import SEAL
from domain.decisions import Action, Decision
from domain.errors import NotFound
from signing.chain.file import Paper
from signing.chain.history import Trust
from signing.chain.verdicts import ChainCheck, ChainVerification
from signing.chain.verify import verify_chain
from signing.dss import ValidationMaterial
from signing.verification.verdicts import Verification
from signing.verification.verify import examine
from storage import chains
from storage.database import Sessions
from storage.tables import Document, LogEvent, TermRecord
from tests.activities.signing_office import Office
from tests.factories import OpenBook

ORIGIN = "hocba.example/history"


@pytest.fixture
def log_book(tmp_path: Path) -> LogBook:
    return open_log_book(tmp_path / "history", tmp_path / "keys", ORIGIN)


@pytest.fixture
def keeper(office: Office, tmp_path: Path) -> ChainKeeper:
    return ChainKeeper(office.objects, log_files(tmp_path / "history"), tmp_path / "keys" / KEY_FILE, ORIGIN)


@pytest.fixture
def upkeep(sessions: Sessions, office: Office, log_book: LogBook) -> UpkeepActivities:
    history = HistoryKeeper(sessions, log_book)
    return UpkeepActivities(sessions, office.keeper, history, office.preflight, office.objects)


@pytest.fixture
def issued(office: Office, approved: OpenBook) -> OpenBook:
    order_id = office.open_order(approved, Action.SEAL, SEAL)
    office.prepare(order_id)
    office.confirm(order_id)
    seal = approved.next(approved.decision(Action.SEAL, SEAL, order_id=order_id))
    approved.follow(seal)
    assert office.complete(seal, approved.next(Decision(Action.ISSUE, SEAL, tuple(approved.records)))).issued
    # The story of the tests is told in the future, where no stamp can be.
    office.session.execute(update(LogEvent).values(happened_at=datetime.now(UTC)))
    office.session.commit()
    return approved


def pupil_of(book: OpenBook, at: int = 0) -> UUID:
    record = book.session.get_one(TermRecord, UUID(book.records[at]))
    return chains.pupil_of(book.session, record.enrolment_id)


def verified(office: Office, log_book: LogBook, data: bytes) -> ChainVerification:
    roots = [office.authority.root]

    def read(paper: Paper, material: ValidationMaterial, moment: datetime) -> tuple[Verification, bytes]:
        found = examine(paper.pdf, roots, evidence=[paper.evidence], archive=material, moment=moment)
        return found.verification, found.record

    return verify_chain(data, Trust(roots, log_book.log.log_key), read)


def test_it_says_why_there_is_no_file_yet_and_then_gives_one_that_holds(
    office: Office, keeper: ChainKeeper, log_book: LogBook, upkeep: UpkeepActivities,
    temporal: ActivityEnvironment, issued: OpenBook,
) -> None:  # fmt: skip
    pupil_id = pupil_of(issued)
    with pytest.raises(NotFound, match=r"năm học 2026-2027 chưa đủ bằng chứng"):
        keeper.file(office.session, pupil_id)
    temporal.run(upkeep.do_chore, Chore.PROVE)
    office.session.expire_all()
    with pytest.raises(NotFound, match="Nhật ký lịch sử chưa ghi xong"):
        keeper.file(office.session, pupil_id)
    temporal.run(upkeep.do_chore, Chore.PUBLISH)
    office.session.expire_all()
    data = keeper.file(office.session, pupil_id)
    assert data == keeper.file(office.session, pupil_id)
    found = verified(office, log_book, data)
    assert (found.failures(), found.holds, len(found.links)) == ((), True, 1)
    assert (log_book.files.read("vkey") or b"").decode().strip() == str(log_book.log.log_key)


def test_who_has_no_issued_record_has_no_chain(office: Office, keeper: ChainKeeper, approved: OpenBook) -> None:
    with pytest.raises(NotFound, match="chưa có học bạ năm nào"):
        keeper.file(office.session, pupil_of(approved))


def test_a_recalled_record_is_in_the_file_with_its_recall(
    office: Office, keeper: ChainKeeper, log_book: LogBook, upkeep: UpkeepActivities,
    temporal: ActivityEnvironment, issued: OpenBook,
) -> None:  # fmt: skip
    session, pupil_id = office.session, pupil_of(issued)
    recall(office, document_of(issued, 0))
    for chore in (Chore.PROVE, Chore.PUBLISH):
        temporal.run(upkeep.do_chore, chore)
    session.expire_all()
    found = verified(office, log_book, keeper.file(session, pupil_id))
    assert [each.check for each in found.failures()] == [ChainCheck.RECORDED]
    [paper] = [paper for stay in chains.stays_of(session, pupil_id) for paper in stay.papers]
    assert paper.state is LinkState.RECALLED


def test_what_happened_since_the_last_checkpoint_is_waited_for(
    office: Office, keeper: ChainKeeper, upkeep: UpkeepActivities, temporal: ActivityEnvironment, issued: OpenBook
) -> None:
    for chore in (Chore.PROVE, Chore.PUBLISH):
        temporal.run(upkeep.do_chore, chore)
    recall(office, document_of(issued, 0))
    with pytest.raises(NotFound, match="Nhật ký lịch sử chưa ghi xong"):
        keeper.file(office.session, pupil_of(issued))
    assert keeper.file(office.session, pupil_of(issued, 1))


def document_of(book: OpenBook, at: int) -> Document:
    record = book.session.get_one(TermRecord, UUID(book.records[at]))
    return book.session.query(Document).filter_by(kind="year_record", enrolment_id=record.enrolment_id).one()


def recall(office: Office, document: Document) -> None:
    later = datetime.now(UTC) + timedelta(seconds=1)
    office.session.add(LogEvent(document_id=document.id, kind="recalled", happened_at=later))
    office.session.commit()
