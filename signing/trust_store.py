"""The roots that an installation trusts: one PEM file, for signers, time stamps and status answers alike."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from domain.errors import Invalid


def trusted_roots(file: Path) -> Sequence[x509.Certificate]:
    """The certificates of the file; none while there is no file, and then nobody can sign. Raises Invalid."""
    if not file.exists():
        return ()
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError as error:
        raise Invalid(f"Tệp chứng thư số gốc không đọc được: {file}") from error
