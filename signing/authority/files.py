"""Files of the development authority: certificates and unencrypted keys in PEM, written whole or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.authority.certificates import Holder
from signing.log.store import make_durable
from signing.mechanisms import PrivateKey


def write_private(path: Path, data: bytes) -> None:
    """Write a file readable by its owner only, all of it or nothing."""
    # A temporary file is made with mode 0600, and the rename is atomic on one file system.
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()
            raise


def make_private(path: Path, data: bytes) -> None:
    """The same where there is no such file yet; else nothing. Of several processes that try at once the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    write_private(draft, data)
    try:
        with suppress(FileExistsError):
            os.link(
                draft, path
            )  # unlike a rename it takes no other's place, and the file is whole before it has its name
        make_durable(path.parent)
    finally:
        draft.unlink()


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Readable by everybody."""
    write_private(path, _certificate_pem(certificate))
    path.chmod(0o644)


def write_key(path: Path, key: PrivateKey) -> None:
    write_private(path, _key_pem(key))


def write_holder(path: Path, holder: Holder) -> None:
    """Key and certificate in one file, so that they fit each other whoever else writes it."""
    write_private(path, _key_pem(holder.key) + _certificate_pem(holder.certificate))


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate in the file. Raises ValueError if there is none."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def read_key(path: Path) -> PrivateKey:
    """The private key in the file. Raises ValueError if there is none of a kind we use."""
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(path.name)  # noqa: TRY004 - the file is wrong, not the program
    return key


def read_holder(path: Path) -> Holder:
    return Holder(read_key(path), read_certificate(path))


def _certificate_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
