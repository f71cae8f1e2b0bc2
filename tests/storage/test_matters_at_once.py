"""Two people at the paper of one matter in one moment, on two connections that commit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.matters.signing import OVERTAKEN
from storage import confirmations, orders
from storage.confirmations import RawSignatures
from storage.database import Sessions, make_engine, make_sessions
from storage.matters import completing, paper_orders, papers, steps
from storage.matters.completing import Completed
from storage.matters.paper_orders import WantedPaper
from storage.paper_outcomes import Embedded
from storage.tables import Document, Matter, OrderItem, SignatureRow, SigningOrder
from tests.database import migrated_database
from tests.factories import ClassCast, make_certificate, make_class, make_school
from tests.matters import MINUTES, make_matter, papers_of_matters, person_of, who  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def sessions(postgres_url: str) -> Iterator[Sessions]:
    address = migrated_database(postgres_url, "matters_at_once")
    engine = make_engine(address)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def cast(sessions: Sessions) -> ClassCast:
    with sessions.begin() as session:
        cast = make_class(session, make_school(session))
        for field in MINUTES:
            make_certificate(session, who(cast, field), not_after=datetime.now(UTC) + timedelta(days=100))
        return cast


@pytest.fixture
def matter(sessions: Sessions, cast: ClassCast, papers_of_matters: None) -> Matter:  # noqa: F811 - the fixture
    with sessions.begin() as session:
        return make_matter(session, cast, MINUTES)


def open_order(sessions: Sessions, cast: ClassCast, matter: Matter, field: str, order_id: UUID | None = None) -> UUID:
    wanted = WantedPaper(order_id or uuid4(), matter.id, field)
    with sessions.begin() as session:
        person = person_of(session, who(cast, field))
        return paper_orders.open_order(session, person, wanted, datetime.now(UTC)).id


def confirmed(sessions: Sessions, cast: ClassCast, matter: Matter, field: str) -> UUID:
    """As if prepared and signed."""
    order_id = open_order(sessions, cast, matter, field)
    with sessions.begin() as session:
        order = orders.get(session, order_id)
        paper = papers.plan(session, order)
        item = OrderItem(
            order_id=order_id, position=0, document_id=paper.document_id, kind=paper.kind, part=1,
            lookup_code=paper.lookup_code, covers=paper.covers, content_sha256="a" * 64, outcome="pending",
        )  # fmt: skip
        orders.store_prepared(session, order, [item])
        confirmations.store_signatures(session, order_id, RawSignatures({0: b"raw"}, {}), datetime.now(UTC))
    return order_id


def complete(sessions: Sessions, order_id: UUID) -> Completed:
    with sessions.begin() as session:
        return completing.complete(session, order_id, {0: Embedded(uuid4().hex * 2, 1)}, datetime.now(UTC))


def test_of_two_signatures_over_the_same_bytes_one_is_taken(
    sessions: Sessions, cast: ClassCast, matter: Matter
) -> None:
    both = [confirmed(sessions, cast, matter, field) for field in ("taker_1", "taker_2")]
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda each: complete(sessions, each), both))
    assert sorted(each.failed for each in found) == ["", OVERTAKEN[0]]
    with sessions() as session:
        [document] = session.scalars(select(Document).where(Document.matter_id == matter.id)).all()
        fields = session.scalars(select(SignatureRow.field).where(SignatureRow.document_id == document.id)).all()
        assert fields == [each.field for each in found if not each.failed]
        assert steps.first_broken_step(session, matter.id) is None


def test_one_order_completed_twice_in_one_moment_is_one_signature(
    sessions: Sessions, cast: ClassCast, matter: Matter
) -> None:
    order_id = confirmed(sessions, cast, matter, "giver")
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: complete(sessions, order_id), range(2))
    assert (first, first.failed) == (second, "")


def test_the_same_press_twice_opens_one_order(sessions: Sessions, cast: ClassCast, matter: Matter) -> None:
    order_id = uuid4()
    with ThreadPoolExecutor(2) as threads:
        opened = list(threads.map(lambda _: open_order(sessions, cast, matter, "giver", order_id), range(2)))
    assert opened == [order_id] * 2


def test_a_paper_that_becomes_void_and_is_signed_in_one_moment_is_never_both(
    sessions: Sessions, cast: ClassCast, matter: Matter
) -> None:
    order_id = confirmed(sessions, cast, matter, "giver")

    def void() -> None:
        with sessions.begin() as session:
            papers.void_paper(session, matter.id, None)

    with ThreadPoolExecutor(2) as threads:
        signing, voiding = threads.submit(complete, sessions, order_id), threads.submit(void)
        voiding.result()
        failure = signing.exception()
    with sessions() as session:
        states = session.scalars(select(Document.state).where(Document.matter_id == matter.id)).all()
        order = session.get_one(SigningOrder, order_id)
        assert (states, order.state) == (([], "failed") if failure else (["void"], "completed"))
