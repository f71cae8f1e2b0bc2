"""Who may open an order for a matter's paper, who sees the paper, and what is due to whom."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import Conflict, NotAllowed, NotFound
from domain.matters import MatterKind
from domain.matters.signing import action_of
from domain.matters.tasks import place_of, words_of
from domain.matters.words import SIGN
from storage import access, digests, orders, signature_journal
from storage.matters import paper_orders, papers, seeing, waits
from storage.matters.paper_orders import WantedPaper
from storage.matters.waits import Wait
from storage.signature_journal import JournalFilter
from storage.tables import Account, Document, Matter, MatterWait, OrderItem, SignatureRow, SigningOrder, Staff
from tests.factories import ClassCast, make_certificate, make_class, make_school
from tests.matters import MINUTES, SEALED, make_matter, papers_of_matters, person_of, wait, who  # noqa: F401 - a fixture


@pytest.fixture
def cast(db: Session) -> ClassCast:
    return make_class(db, make_school(db))


@pytest.fixture
def matter(db: Session, cast: ClassCast, papers_of_matters: None) -> Matter:  # noqa: F811 - the fixture
    for staff_id in (cast.school.principal, cast.homeroom, cast.music):
        make_certificate(db, staff_id, not_after=datetime.now(UTC) + timedelta(days=100))
    seal = {"school_id": cast.school.school_id, "not_after": datetime.now(UTC) + timedelta(days=100)}
    make_certificate(db, None, **seal)
    return make_matter(db, cast)


def open_order(db: Session, staff_id: UUID, matter: Matter, field: str, order_id: UUID | None = None) -> SigningOrder:
    wanted = WantedPaper(order_id or uuid4(), matter.id, field)
    return paper_orders.open_order(db, person_of(db, staff_id), wanted, datetime.now(UTC))


def sign(db: Session, order: SigningOrder) -> Document:
    """As if it had been signed with this order."""
    document = papers.current(db, order.matter_id)  # type: ignore[arg-type]
    if document is None:
        document = Document(
            id=UUID(order.record_ids[0]), kind="transfer_result", matter_id=order.matter_id, lookup_code=uuid4().hex,
            school_id=db.get_one(Staff, order.staff_id).school_id, content_sha256="a" * 64, sha256="b" * 64, size=1,
        )  # fmt: skip
        db.add(document)
        db.flush()
    row = SignatureRow(
        document_id=document.id, field=order.slot, order_id=order.id, staff_id=order.staff_id,
        certificate_id=order.certificate_id, signed_at=order.signing_time, sha256="b" * 64,
    )  # fmt: skip
    item = OrderItem(
        order_id=order.id, position=0, document_id=document.id, kind="transfer_result", lookup_code="x", part=1,
        covers={str(document.id): 0}, outcome="done",
    )  # fmt: skip
    db.add_all([row, item])
    order.state = "completed"
    db.flush()
    return document


@pytest.mark.parametrize(
    ("field", "action"),
    [("principal", Action.APPROVE), ("seal", Action.SEAL), ("giver", Action.SIGN), ("taker_2", Action.SIGN)],
)
def test_each_field_is_signed_by_its_own_action(field: str, action: Action) -> None:
    assert action_of(field) is action


def test_an_order_names_the_matter_the_field_and_the_paper(db: Session, cast: ClassCast, matter: Matter) -> None:
    order = open_order(db, cast.school.principal, matter, "principal")
    assert (order.matter_id, order.slot, order.action) == (matter.id, "principal", "approve")
    assert order.record_ids == [str(papers.document_id(matter.id, 1))]
    assert orders.lease_slots(order) == ("",)
    seal = open_order(db, cast.school.clerk, matter, "seal")
    assert seal.certificate_id != order.certificate_id


def test_the_same_id_is_the_same_order_for_the_same_wish_only(db: Session, cast: ClassCast, matter: Matter) -> None:
    order = open_order(db, cast.school.principal, matter, "principal")
    assert open_order(db, cast.school.principal, matter, "principal", order.id) is order
    with pytest.raises(Conflict, match="đã dùng cho một việc khác"):
        open_order(db, cast.school.clerk, matter, "seal", order.id)


def test_who_starts_over_signs_with_the_new_order_only(db: Session, cast: ClassCast, matter: Matter) -> None:
    old, others = (
        open_order(db, cast.school.principal, matter, "principal"),
        open_order(db, cast.school.clerk, matter, "seal"),
    )
    new = open_order(db, cast.school.principal, matter, "principal")
    assert (old.state, old.trouble_code, new.state, others.state) == ("failed", "Replaced", "preparing", "preparing")
    found = paper_orders.under_way(db, matter.id, "principal", person_of(db, cast.school.principal), datetime.now(UTC))
    assert found is new


def test_nobody_else_opens_an_order(db: Session, cast: ClassCast, matter: Matter) -> None:
    for staff_id, field in ((cast.homeroom, "principal"), (cast.school.principal, "seal"), (cast.school.clerk, "x")):
        with pytest.raises(NotFound):
            open_order(db, staff_id, matter, field)
    other = make_class(db, make_school(db, 2)).school.principal
    with pytest.raises(NotFound):
        open_order(db, other, matter, "principal")


def test_a_field_that_is_signed_is_not_signed_again(db: Session, cast: ClassCast, matter: Matter) -> None:
    sign(db, open_order(db, cast.school.principal, matter, "principal"))
    with pytest.raises(Conflict, match="đã được ký"):
        open_order(db, cast.school.principal, matter, "principal")


def test_without_a_certificate_no_order_is_opened(db: Session, cast: ClassCast, matter: Matter) -> None:
    minutes = make_matter(db, cast, MINUTES)
    with pytest.raises(NotAllowed, match="Chưa đăng ký chứng thư số"):
        open_order(db, who(cast, "taker_2"), minutes, "taker_2")


def test_an_order_goes_stale_when_somebody_else_signs(db: Session, cast: ClassCast, matter: Matter) -> None:
    minutes = make_matter(db, cast, MINUTES)
    late, first = (
        open_order(db, who(cast, "giver"), minutes, "giver"),
        open_order(db, who(cast, "taker_1"), minutes, "taker_1"),
    )
    paper = papers.plan(db, late)
    item = {"kind": paper.kind, "lookup_code": "y", "part": 1, "covers": paper.covers, "outcome": "pending"}
    db.add(OrderItem(order_id=late.id, position=0, document_id=paper.document_id, **item))
    late.state = "prepared"
    db.flush()
    assert not paper_orders.is_stale(db, late)
    sign(db, first)
    assert paper_orders.is_stale(db, late)


def test_the_paper_is_seen_by_offices_signers_and_who_is_waited_for(
    db: Session, cast: ClassCast, matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = sign(db, open_order(db, cast.school.principal, matter, "principal"))
    seen, at = make_class(db, make_school(db, 2)).school.principal, datetime.now(UTC)
    for staff_id, sees in (
        (cast.school.principal, True),
        (cast.school.clerk, True),
        (cast.music, False),
        (seen, False),
    ):
        person = person_of(db, staff_id)
        assert (access.matter_document(db, matter.id, person, at) is not None) is sees
        assert (access.document(db, document.id, person, at) is not None) is sees
    waits.wait_for(db, matter.id, [Wait("look", staff_id=cast.music)], at)
    assert access.matter_document(db, matter.id, person_of(db, cast.music), at) is not None
    monkeypatch.setattr(seeing, "ALSO", {MatterKind.TRANSFER: lambda *_: True})
    assert access.matter_document(db, matter.id, person_of(db, seen), at) is not None


def test_who_signed_reads_it_for_good_and_a_void_paper_is_none(db: Session, cast: ClassCast, matter: Matter) -> None:
    minutes = make_matter(db, cast, MINUTES)
    document = sign(db, open_order(db, cast.homeroom, minutes, "giver"))
    waits.wait_for(db, minutes.id, [], datetime.now(UTC))
    giver = person_of(db, cast.homeroom)
    found = access.matter_document(db, minutes.id, giver, datetime.now(UTC))
    assert found is not None
    assert found.id == document.id
    papers.void_paper(db, minutes.id, None)
    assert access.matter_document(db, minutes.id, giver, datetime.now(UTC)) is None


def test_the_journal_tells_of_matters_beside_classes(db: Session, cast: ClassCast, matter: Matter) -> None:
    order = open_order(db, cast.school.principal, matter, "principal")
    sign(db, order)
    [line] = signature_journal.journal(db, cast.school.principal, JournalFilter())
    assert (line.matter_id, line.matter_kind, line.class_name, line.term) == (matter.id, "transfer", "", None)
    assert dict(line.papers) == {"transfer_result": 1}
    assert signature_journal.journal(db, cast.school.principal, JournalFilter(class_name="1A1")) == []


def test_what_is_due_within_two_days_is_told_in_the_morning(db: Session, cast: ClassCast, matter: Matter) -> None:
    account = Account(login="principal", email="principal@truong.example")
    db.add(account)
    db.flush()
    db.get_one(Staff, cast.school.principal).account_id = account.id
    at = datetime.now(UTC)
    for due_at, told in (
        (None, 0), (at + timedelta(hours=49), 0), (at + timedelta(hours=47), 1), (at - timedelta(days=9), 1),
    ):  # fmt: skip
        waits.wait_for(db, matter.id, [wait(cast, each, due_at) for each in SEALED], at)
        found = digests.digests(db, [account.id], at)
        assert [(each.field, each.matter_id) for each in found[account.id].matters] == (
            [("principal", matter.id)] if told else []
        )
        assert found[account.id].count == told


def test_a_task_has_words_and_a_place(db: Session, matter: Matter) -> None:
    assert words_of("identity", "sign", "principal") == SIGN
    assert words_of("transfer", "never heard of", "") == "Chuyển trường"
    assert place_of("transfer", matter.id, "principal") == f"/viec/{matter.id}/ky?phan=principal"
    assert place_of("transfer", matter.id, "") == f"/chuyen-truong/{matter.id}"


def test_a_void_paper_keeps_its_rows(db: Session, cast: ClassCast, matter: Matter) -> None:
    document = sign(db, open_order(db, cast.school.principal, matter, "principal"))
    papers.void_paper(db, matter.id, None)
    assert (document.state, papers.revision(db, matter.id)) == ("void", 2)
    assert db.scalars(select(SignatureRow.field)).all() == ["principal"]
    assert db.scalars(select(MatterWait.field).order_by(MatterWait.field)).all() == ["principal", "seal"]
