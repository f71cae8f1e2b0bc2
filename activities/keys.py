"""Where a person's or a school's key is, and how it signs, from the certificate as it was registered."""

from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy.orm import Session

from activities.workbench import Key
from signing.mechanisms import Mechanism, default_mechanism
from signing.providers.base import SigningIdentity
from storage.tables import CertificateRow, SigningOrder

# Keys that only their owner's own device can use: it fetches digests, or whole documents, and brings signatures back.
OWN_TOKEN, OWN_PROGRAM = "token", "document"


def certificate_of(session: Session, order: SigningOrder) -> CertificateRow:
    return session.get_one(CertificateRow, order.certificate_id)


def identity_of(row: CertificateRow) -> SigningIdentity:
    """The certificate with its chain, and the mechanism of its key service."""
    chain = tuple(load_pem_x509_certificates(row.chain_pem.encode()))
    return SigningIdentity(chain, Mechanism(row.mechanism) if row.mechanism else default_mechanism(chain[0]))


def key_of(session: Session, order: SigningOrder) -> Key | None:
    """How an order's papers are to be signed; None when its owner's own program signs whole documents."""
    row = certificate_of(session, order)
    return None if row.provider == OWN_PROGRAM else Key(row.chain_pem, identity_of(row).mechanism)
