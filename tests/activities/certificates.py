"""Certificates of a test's orders."""

from cryptography import x509

from storage.tables import CertificateRow
from tests.activities.signing_office import Office


def serial(row: CertificateRow) -> int:
    return x509.load_pem_x509_certificate(row.chain_pem.encode()).serial_number


def certificate(office: Office, order_id: str) -> CertificateRow:
    office.session.expire_all()
    return office.session.get_one(CertificateRow, office.order(order_id).certificate_id)
