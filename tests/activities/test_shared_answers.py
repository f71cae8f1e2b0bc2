"""Orders that share answers about certificates: those asked for together, for a moment. No refusal is overlooked."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from activities.preflight import Preflight
from domain.curriculum import PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import NotAllowed
from signing.revocation import RevocationService
from signing.timestamps import TimeStampService
from storage.tables import CertificateRow, SigningOrder
from tests.activities.certificates import certificate, serial
from tests.activities.signing_office import Office
from tests.factories import OpenBook
from tests.signing.pki import Stage

Found = Callable[[CertificateRow], None]


@pytest.fixture
def suspended_elsewhere(office: Office, stamps: TimeStampService) -> Iterator[Found]:
    """A certificate is suspended, and another process finds out."""
    another = RevocationService([office.authority.root], lambda _: True)
    preflight = Preflight(office.preflight._sessions, office.objects, another, stamps)

    def found(row: CertificateRow) -> None:
        office.authority.revocations.suspend(serial(row))
        preflight.ask(row)

    yield found
    another.close()


def two_seals(office: Office, approved: OpenBook) -> tuple[UUID, UUID]:
    """Asked for together, one after the other."""
    first, second = (UUID(office.open_order(approved, Action.SEAL, SEAL)) for _ in range(2))
    return first, second


def of_the_principal(office: Office, approved: OpenBook) -> CertificateRow:
    return office.session.query(CertificateRow).filter_by(staff_id=approved.cast.who(PRINCIPAL)).one()


def test_seals_that_were_asked_for_together_share_answers_and_a_later_one_asks_again(
    office: Office, approved: OpenBook, stage: Stage
) -> None:
    together = two_seals(office, approved)
    stage.asked.clear()
    proofs = [office.preflight.clear(order_id) for order_id in together]
    assert proofs[0] == proofs[1]
    assert stage.asked == {"/tsa": 1, "/ocsp": 4, "/crl/root.crl": 1}
    office.preflight.clear(UUID(office.open_order(approved, Action.SEAL, SEAL)))
    assert stage.asked == {"/tsa": 2, "/ocsp": 8, "/crl/root.crl": 2}


def test_an_order_that_had_to_wait_asks_again(
    office: Office, approved: OpenBook, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_seals(office, approved)
    office.preflight.clear(first)
    stage.asked.clear()
    monkeypatch.setattr("activities.preflight.ANSWER_LASTS", timedelta(0))
    office.preflight.clear(second)
    assert stage.asked == {"/tsa": 1, "/ocsp": 4, "/crl/root.crl": 1}


def test_what_another_process_found_of_a_signer_counts(
    office: Office, book: OpenBook, suspended_elsewhere: Found
) -> None:
    first, second = (office.open_order(book, Action.SIGN, slot) for slot in ("toan", "dao_duc"))
    office.preflight.clear(UUID(first))
    suspended_elsewhere(certificate(office, second))
    with pytest.raises(NotAllowed, match="tạm dừng"):
        office.preflight.clear(UUID(second))


def test_what_another_process_found_of_who_signed_before_counts(
    office: Office, approved: OpenBook, suspended_elsewhere: Found
) -> None:
    first, second = two_seals(office, approved)
    office.preflight.clear(first)
    suspended_elsewhere(of_the_principal(office, approved))
    with pytest.raises(NotAllowed, match="chưa có bằng chứng"):
        office.preflight.clear(second)
    assert of_the_principal(office, approved).state == "suspended"


def test_so_it_does_of_a_certificate_that_was_replaced(
    office: Office, approved: OpenBook, suspended_elsewhere: Found
) -> None:
    first, second = two_seals(office, approved)
    office.preflight.clear(first)
    principal = of_the_principal(office, approved)
    principal.state = "replaced"
    office.session.commit()
    suspended_elsewhere(principal)
    with pytest.raises(NotAllowed, match="chưa có bằng chứng"):
        office.preflight.clear(second)


def test_an_order_says_when_it_was_asked_for(office: Office, book: OpenBook) -> None:
    order = office.session.get_one(SigningOrder, UUID(office.open_order(book, Action.SIGN, "toan")))
    assert timedelta(0) <= order.created_at - order.signing_time < timedelta(seconds=1)
