"""Where the people of a book sign, with real keys of a development authority."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities.confirming import Confirming
from activities.evidence import EvidenceKeeper
from activities.orders import OrderActivities, OrderResult, PreparedOrder
from activities.papers import PaperPool
from activities.preflight import Preflight
from activities.proving import Proving
from domain.decisions import Action
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.keys import KeyStore
from signing.providers.pkcs12 import Pkcs12Provider
from signing.revocation import RevocationService
from signing.timestamps import TimeStampService
from storage import orders
from storage.database import Sessions
from storage.objects import Objects
from storage.orders import NewOrder
from storage.projection import Projection
from storage.tables import CertificateRow, School, SigningOrder, Staff
from tests.factories import OpenBook, make_certificate

PASSPHRASE = "a passphrase of the tests"
ORDER_TABLES = ("signing_orders", "order_items", "signing_leases", "documents", "document_records", "signatures")


@dataclass
class Office:
    """Where the people of a book sign: each has a key of their own, the school has its seal."""

    session: Session
    activities: OrderActivities
    temporal: ActivityEnvironment
    authority: DevelopmentAuthority
    keys: KeyStore
    confirming: Confirming
    objects: Objects
    proving: Proving
    keeper: EvidenceKeeper
    preflight: Preflight

    def open_order(
        self, book: OpenBook, action: Action, slot: str, *more: str, records: tuple[str, ...] | None = None
    ) -> str:
        staff_id = book.cast.who(slot)
        certificate = self.certificate(book.cast.school.school_id, action, staff_id)
        new = NewOrder(uuid4(), book.id, action, (slot, *more), staff_id, certificate.id, records or book.records)
        orders.open_order(self.session, new, datetime.now(UTC))
        self.session.commit()
        return str(new.order_id)

    def certificate(self, school_id: UUID, action: Action, staff_id: UUID) -> CertificateRow:
        """Of the school for its seal, else of the person; issued when it is first needed."""
        owner = {"school_id": school_id} if action is Action.SEAL else {"staff_id": staff_id}
        known = self.session.query(CertificateRow).filter_by(**owner).first()
        if known:
            return known
        key_ref, issued = str(uuid4()), self._issue(school_id, action, staff_id)
        self.keys.save(key_ref, issued, PASSPHRASE)
        return remember(self.session, issued, key_ref=key_ref, **owner)

    def _issue(self, school_id: UUID, action: Action, staff_id: UUID) -> IssuedKey:
        if action is Action.SEAL:
            school = self.session.get_one(School, school_id)
            return self.authority.issue_organisation(school.name, school.code)
        person = self.session.get_one(Staff, staff_id)
        return self.authority.issue_person(person.full_name, person.personal_id)

    def prepare(self, order_id: str) -> PreparedOrder:
        prepared: PreparedOrder = self.temporal.run(self.activities.prepare_order, order_id)
        return prepared

    def order(self, order_id: str) -> SigningOrder:
        self.session.expire_all()
        return orders.get(self.session, UUID(order_id))

    def confirm(self, order_id: str) -> None:
        """Sign, and prove the time where the order asks for it."""
        refused = self.confirming.begin([self.order(order_id)], SecretStr(PASSPHRASE), datetime.now(UTC))
        for reason in refused.values():
            raise reason
        self.proving.prove(UUID(order_id))

    def complete(self, work: Projection, issue: Projection | None = None) -> OrderResult:
        result: OrderResult = self.temporal.run(self.activities.complete_order, work, issue)
        self.session.expire_all()
        return result

    def sign(self, book: OpenBook, action: Action, slot: str) -> OrderResult:
        """An order from its opening to the class-term's next stage."""
        order_id = self.open_order(book, action, slot)
        prepared = self.prepare(order_id)
        self.confirm(order_id)
        work = book.next(book.decision(action, slot, prepared.record_ids, order_id=order_id))
        result = self.complete(work)
        assert result.recorded
        book.follow(work)
        return result

    def rows(self) -> list[object]:
        """Everything an order writes."""
        self.session.expire_all()
        return [self.session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2")).all() for name in ORDER_TABLES]  # noqa: S608


def remember(session: Session, issued: IssuedKey, **more: object) -> CertificateRow:
    """The row of a certificate that a real key stands behind."""
    leaf, chain = issued.certificate, [each.public_bytes(Encoding.PEM).decode() for each in issued.certificates]
    values = {
        "sha256": leaf.fingerprint(SHA256()).hex(), "chain_pem": "".join(chain),
        "not_before": leaf.not_valid_before_utc, "not_after": leaf.not_valid_after_utc, **more,
    }  # fmt: skip
    staff_id = values.pop("staff_id", None)
    assert staff_id is None or isinstance(staff_id, UUID)
    return make_certificate(session, staff_id, **values)


@dataclass(frozen=True)
class Furniture:
    """What all offices of a run share."""

    pool: PaperPool
    authority: DevelopmentAuthority
    keys: KeyStore
    objects: Objects

    def office(
        self, session: Session, sessions: Sessions, revocation: RevocationService, stamps: TimeStampService
    ) -> Office:
        keeper = EvidenceKeeper(sessions, stamps)
        preflight = Preflight(sessions, self.objects, revocation, stamps)
        return Office(
            session, OrderActivities(sessions, self.pool, preflight), ActivityEnvironment(), self.authority, self.keys,
            Confirming(sessions, {"pkcs12": Pkcs12Provider(self.keys)}), self.objects,
            Proving(sessions, self.pool, stamps, keeper), keeper, preflight,
        )  # fmt: skip
