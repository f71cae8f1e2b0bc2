"""Certificates: asked for by their school, decided by its authority, every step kept and the newest counting."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from domain.duties import Duty
from domain.errors import Conflict, Invalid, NotFound
from domain.submission.states import Approval
from storage.campaigns import offices
from storage.submission import approvals, connections
from storage.submission.approvals import Verdict
from storage.tables import CertificateApproval, CertificateRow
from tests.factories import SINCE, SchoolCast, make_certificate, make_school
from tests.office import manager_of

AT = datetime(2027, 5, 1, tzinfo=UTC)


class Case:
    """A school with a certificate, and the head of its authority."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.school: SchoolCast = make_school(session, 71)
        self.row: CertificateRow = make_certificate(session, None, school_id=self.school.school_id)
        office = manager_of(session, self.school.school_id, AT.date())
        assert office is not None
        self.office: UUID = office
        self.head = offices.add_officer(session, office, ("079180004321", "Lãnh đạo"), Duty.OFFICE_HEAD, SINCE)

    def ask(self, command_id: UUID | None = None) -> None:
        asker = (self.school.school_id, self.school.clerk)
        approvals.ask(self.session, command_id or uuid4(), self.row.id, asker, AT)

    def decide(self, state: Approval, reason: str = "", command_id: UUID | None = None) -> None:
        verdict = Verdict(command_id or uuid4(), self.row.id, state, self.office, self.head, reason)
        approvals.decide(self.session, verdict, AT)

    def approved(self, at: datetime = AT) -> bool:
        return self.school.school_id in approvals.approved_of(self.session, [self.school.school_id], at)


@pytest.fixture
def case(db: Session) -> Case:
    return Case(db)


def test_the_newest_decision_counts_and_none_is_lost(case: Case) -> None:
    assert not approvals.is_approved(case.session, case.row.id)
    case.ask()
    assert not case.approved()
    case.decide(Approval.REFUSED, "Sai tên trường.")
    case.ask()
    case.decide(Approval.APPROVED)
    assert (approvals.is_approved(case.session, case.row.id), case.approved()) == (True, True)
    case.decide(Approval.WITHDRAWN, "Trường sáp nhập.")
    assert (approvals.is_approved(case.session, case.row.id), case.approved()) == (False, False)
    assert case.session.scalar(select(func.count(CertificateApproval.id))) == 5
    (line,) = approvals.of_school(case.session, case.school.school_id)
    assert (line.approval, line.reason, line.by) == (Approval.WITHDRAWN, "Trường sáp nhập.", "Lãnh đạo")


def test_twice_is_once(case: Case) -> None:
    asked, decided = uuid4(), uuid4()
    for _ in range(2):
        case.ask(asked)
    for _ in range(2):
        case.decide(Approval.APPROVED, command_id=decided)
    assert case.session.scalar(select(func.count(CertificateApproval.id))) == 2


def test_what_does_not_wait_is_not_decided(case: Case) -> None:
    with pytest.raises(Conflict):
        case.decide(Approval.APPROVED)
    case.ask()
    with pytest.raises(Conflict):
        case.ask()
    with pytest.raises(Conflict):
        case.decide(Approval.WITHDRAWN, "Chưa duyệt thì không thu hồi.")
    with pytest.raises(Invalid):
        case.decide(Approval.REFUSED)


def test_others_neither_ask_nor_decide(case: Case, db: Session) -> None:
    other = make_school(db, 72)
    with pytest.raises(NotFound):
        approvals.ask(db, uuid4(), case.row.id, (other.school_id, other.clerk), AT)
    case.ask()
    case.office = case.head
    with pytest.raises(NotFound):
        case.decide(Approval.APPROVED)
    person = make_certificate(db, case.school.clerk)
    with pytest.raises(NotFound):
        approvals.decide(db, Verdict(uuid4(), person.id, Approval.APPROVED, case.office, case.head), AT)


def test_an_approved_certificate_must_be_in_force(case: Case) -> None:
    case.ask()
    case.decide(Approval.APPROVED)
    assert not case.approved(case.row.not_after + timedelta(days=1))
    case.row.state = "revoked"
    case.session.flush()
    assert not case.approved()


def test_the_office_sees_what_waits_first(case: Case, db: Session) -> None:
    other = make_school(db, 72)
    row = make_certificate(db, None, school_id=other.school_id)
    approvals.ask(db, uuid4(), row.id, (other.school_id, other.clerk), AT - timedelta(days=1))
    approvals.decide(db, Verdict(uuid4(), row.id, Approval.APPROVED, case.office, case.head), AT)
    case.ask()
    lines = approvals.of_authority(db, case.office, AT)
    assert [each.certificate.id for each in lines] == [case.row.id, row.id]


def test_steps_never_change(case: Case) -> None:
    case.ask()
    for statement in ("UPDATE certificate_approvals SET state = 'approved'", "DELETE FROM certificate_approvals"):
        with pytest.raises(DBAPIError), case.session.begin_nested():
            case.session.execute(text(statement))


def test_a_school_in_no_campaign_has_no_tested_connection(case: Case) -> None:
    connections.note(case.session, case.school.school_id, AT)
    assert connections.newest(case.session, case.school.school_id) is None
