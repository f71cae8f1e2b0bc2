"""The file of trusted roots."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from domain.errors import Invalid
from signing.trust_store import trusted_roots
from tests.signing.conftest import Cast


def test_every_certificate_of_the_file_is_trusted(tmp_path: Path, cast: Cast, curve_cast: Cast) -> None:
    file = tmp_path / "roots.pem"
    file.write_bytes(b"".join(each.authority.root.public_bytes(Encoding.PEM) for each in (cast, curve_cast)))
    assert list(trusted_roots(file)) == [cast.authority.root, curve_cast.authority.root]


def test_without_a_file_nobody_is_trusted(tmp_path: Path) -> None:
    assert trusted_roots(tmp_path / "absent.pem") == ()


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(Invalid, match=r"roots\.pem"):
        trusted_roots(tmp_path / "roots.pem")
