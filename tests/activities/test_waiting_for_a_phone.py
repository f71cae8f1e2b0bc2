"""A confirmation that a signing service settles in its own time: asked once, waited for, taken in or given up."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.carrying import Carry, CarryActivities
from activities.confirming import Confirming
from domain.decisions import Action
from domain.errors import Conflict, NotAllowed
from signing.authority import IssuedKey
from signing.providers.remote.gateway import GatewaySettings, HashGateway
from storage import orders
from storage.database import Sessions
from storage.tables import Confirmation, SigningLease, SigningOrder, Staff
from tests.activities.signing_office import Office, remember
from tests.factories import OpenBook
from tests.signing.providers.csc_gateway_server import NAMES, GatewayServer
from tests.signing.providers.csc_https import Site, Tls

USER = "079190000012"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def key(office: Office, book: OpenBook) -> IssuedKey:
    """The homeroom teacher's key is at the service."""
    staff = office.session.get_one(Staff, book.cast.homeroom)
    issued = office.authority.issue_person(staff.full_name, staff.personal_id)
    remember(office.session, issued, staff_id=staff.id, provider="smartca", key_ref=USER)
    office.session.commit()
    return issued


@pytest.fixture
def phone(key: IssuedKey) -> GatewayServer:
    return GatewayServer([key])


@pytest.fixture
def confirming(sessions: Sessions, phone: GatewayServer, tls: Tls) -> Iterator[Confirming]:
    with Site(phone.app(), tls) as site:
        values = {**NAMES, "base_url": f"{site.url}/sca", "ca_bundle": tls.ca_bundle}
        with closing(HashGateway(GatewaySettings.model_validate(values))) as gateway:
            yield Confirming(sessions, {"smartca": gateway})


@pytest.fixture
def client(temporal_env: WorkflowEnvironment) -> Client:
    return temporal_env.client


@pytest.fixture
def carry(sessions: Sessions, client: Client, confirming: Confirming, office: Office) -> CarryActivities:
    return CarryActivities(sessions, client, confirming, office.proving)


@pytest.fixture
def orders_of_two(office: Office, book: OpenBook, key: IssuedKey) -> list[str]:
    ids = [office.open_order(book, Action.SIGN, slot) for slot in ("toan", "dao_duc")]
    for order_id in ids:
        office.prepare(order_id)
    return ids


def begin(office: Office, confirming: Confirming, order_ids: list[str]) -> None:
    wanted = [office.order(order_id) for order_id in order_ids]
    assert confirming.begin(wanted, None, datetime.now(UTC)) == {}


def due(office: Office) -> None:
    """The time to ask again has come."""
    office.session.execute(update(Confirmation).values(ask_after=datetime.now(UTC) - timedelta(seconds=1)))
    office.session.commit()


def states(office: Office, order_ids: list[str]) -> list[tuple[str, str]]:
    return [(office.order(each).state, office.order(each).trouble_code) for each in order_ids]


def test_one_confirmation_for_two_orders_is_one_transaction(
    office: Office, confirming: Confirming, phone: GatewayServer, orders_of_two: list[str]
) -> None:
    begin(office, confirming, orders_of_two)
    [body] = phone.called("sign")
    assert len(body["sign_files"]) == 2
    assert states(office, orders_of_two) == [("asked", ""), ("asked", "")]
    begin(office, confirming, orders_of_two)  # pressed again: nobody is asked twice
    assert len(phone.called("sign")) == 1


async def test_while_the_phone_is_silent_the_order_waits_and_says_so(
    office: Office,
    confirming: Confirming,
    carry: CarryActivities,
    orders_of_two: list[str],
    temporal: ActivityEnvironment,
) -> None:
    begin(office, confirming, orders_of_two)
    due(office)
    for _ in range(2):
        with pytest.raises(ApplicationError) as waits:
            await temporal.run(carry.carry_order, Carry(orders_of_two[0], "class-term/none"))
        assert (waits.value.type, waits.value.non_retryable) == ("NotYet", False)
        assert waits.value.next_retry_delay == timedelta(seconds=2)
    assert states(office, orders_of_two) == [("asked", "ProviderUnavailable"), ("asked", "")]
    assert "ứng dụng ký số" in office.order(orders_of_two[0]).trouble


def test_what_the_phone_confirmed_is_every_order_s_own(
    office: Office, confirming: Confirming, phone: GatewayServer, orders_of_two: list[str]
) -> None:
    begin(office, confirming, orders_of_two)
    phone.confirm()
    due(office)
    [confirmation] = office.session.scalars(select(Confirmation)).all()
    confirming.settle(confirmation.id, datetime.now(UTC))
    before = office.rows()
    confirming.settle(confirmation.id, datetime.now(UTC))
    assert office.rows() == before
    assert states(office, orders_of_two) == [("signed", ""), ("signed", "")]
    signed = [[item.raw_signature for item in orders.items(office.session, UUID(each))] for each in orders_of_two]
    assert [len(each) for each in signed] == [1, 1]
    assert signed[0] != signed[1]


def test_signatures_from_the_phone_are_embedded_like_any_others(
    office: Office, confirming: Confirming, phone: GatewayServer, book: OpenBook, key: IssuedKey
) -> None:
    order_id = office.open_order(book, Action.SIGN, "toan")
    office.prepare(order_id)
    begin(office, confirming, [order_id])
    phone.confirm()
    due(office)
    confirming.settle(UUID(str(office.order(order_id).confirmation_id)), datetime.now(UTC))
    result = office.complete(book.next(book.decision(Action.SIGN, "toan", order_id=order_id)))
    assert (result.done, result.failed) == (book.records, ())


async def test_a_signer_who_says_no_ends_every_order_of_the_confirmation(
    office: Office, confirming: Confirming, carry: CarryActivities, phone: GatewayServer, orders_of_two: list[str],
    temporal: ActivityEnvironment,
) -> None:  # fmt: skip
    begin(office, confirming, orders_of_two)
    phone.confirm("sig_user_rejected")
    due(office)
    with pytest.raises(ApplicationError) as refused:
        await temporal.run(carry.carry_order, Carry(orders_of_two[0], "class-term/none"))
    assert refused.value.non_retryable
    assert states(office, orders_of_two) == [("failed", "SignerRefused"), ("failed", "SignerRefused")]
    assert office.session.scalars(select(SigningLease)).all() == []


async def test_an_order_that_nobody_confirms_in_time_ends_and_nothing_is_signed(
    office: Office,
    confirming: Confirming,
    carry: CarryActivities,
    orders_of_two: list[str],
    temporal: ActivityEnvironment,
) -> None:
    begin(office, confirming, orders_of_two)
    office.session.execute(update(SigningOrder).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    office.session.commit()
    with pytest.raises(ApplicationError, match="hết hạn") as over:
        await temporal.run(carry.carry_order, Carry(orders_of_two[0], "class-term/none"))
    assert over.value.non_retryable
    assert states(office, orders_of_two)[0] == ("failed", "Conflict")


async def test_an_order_that_was_not_confirmed_is_not_carried(
    office: Office, carry: CarryActivities, orders_of_two: list[str], temporal: ActivityEnvironment
) -> None:
    with pytest.raises(ApplicationError, match="chưa được xác nhận"):
        await temporal.run(carry.carry_order, Carry(orders_of_two[0], "class-term/none"))


async def test_a_class_term_that_is_over_is_said(
    office: Office, confirming: Confirming, carry: CarryActivities, phone: GatewayServer, orders_of_two: list[str],
    temporal: ActivityEnvironment,
) -> None:  # fmt: skip
    begin(office, confirming, orders_of_two)
    phone.confirm()
    due(office)
    with pytest.raises(ApplicationError, match="chưa được mở"):
        await temporal.run(carry.carry_order, Carry(orders_of_two[0], "class-term/none"))
    assert states(office, orders_of_two)[0] == ("failed", "NotFound")


def test_a_service_that_refuses_at_once_is_the_answer(
    office: Office, confirming: Confirming, phone: GatewayServer, orders_of_two: list[str]
) -> None:
    phone.word = "sig_user_rejected"
    with pytest.raises(NotAllowed):
        confirming.begin([office.order(each) for each in orders_of_two], None, datetime.now(UTC))
    assert states(office, orders_of_two) == [("prepared", ""), ("prepared", "")]


def test_a_provider_that_is_not_configured_is_said(
    office: Office, sessions: Sessions, orders_of_two: list[str]
) -> None:
    with pytest.raises(NotAllowed, match="chưa được cấu hình"):
        Confirming(sessions, {}).begin([office.order(orders_of_two[0])], None, datetime.now(UTC))


def test_orders_of_two_certificates_are_confirmed_apart(
    office: Office, confirming: Confirming, book: OpenBook, orders_of_two: list[str]
) -> None:
    other = office.open_order(book, Action.SIGN, "am_nhac")
    office.prepare(other)
    with pytest.raises(Conflict, match="chứng thư số khác nhau"):
        confirming.begin([office.order(orders_of_two[0]), office.order(other)], None, datetime.now(UTC))
