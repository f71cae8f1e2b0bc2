"""What a service says of a key: its chain, its state, and what a confirmation takes."""

import base64
from collections.abc import Mapping, Sequence

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr

from domain.documents import SignatureField
from signing.errors import KeyLocked, ProviderUnavailable, WrongPassphrase
from signing.providers.remote.csc_credential import CredentialShape
from signing.providers.remote.fitting import certificate_chain
from tests.signing.conftest import Cast


def encoded(certificates: Sequence[x509.Certificate]) -> list[str]:
    return [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificates]


def test_a_chain_is_put_in_order_and_ends_below_the_root(cast: Cast, curve_cast: Cast) -> None:
    key = cast.keys[SignatureField.HOMEROOM]
    stranger = curve_cast.authority.issuing.certificate
    mixed = [key.certificate, cast.authority.root, stranger, key.certificates[1], key.certificate]
    assert certificate_chain(encoded(mixed)) == key.certificates


def test_lines_and_spaces_in_a_certificate_do_not_matter(cast: Cast) -> None:
    key = cast.keys[SignatureField.HOMEROOM]
    [text] = encoded(key.certificates[:1])
    assert certificate_chain([f"{text[:64]}\r\n{text[64:]}\r\n"]) == key.certificates[:1]


@pytest.mark.parametrize("certificates", [[], ["AAAA"], ["A"]])
def test_certificates_that_cannot_be_read_are_refused(certificates: list[str]) -> None:
    with pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        certificate_chain(certificates)


def shape(cast: Cast, more: Mapping[str, object], status: str = "enabled") -> CredentialShape:
    certificates = encoded(cast.keys[SignatureField.HOMEROOM].certificates)
    fields = {"key": {"status": status, "algo": []}, "cert": {"certificates": certificates}}
    return CredentialShape.model_validate({**fields, **more})


def test_a_disabled_key_is_locked(cast: Cast) -> None:
    with pytest.raises(KeyLocked):
        shape(cast, {}, "disabled").credential("079190000011")


PIN, OTP = {"presence": "true"}, {"presence": "true", "type": "offline"}


@pytest.mark.parametrize(
    ("fields", "secret", "expected"),
    [
        ({"authMode": "explicit", "PIN": PIN}, "hai từ", {"PIN": "hai từ"}),
        ({"authMode": "explicit", "OTP": OTP}, "738496", {"OTP": "738496"}),
        ({"authMode": "explicit", "PIN": PIN, "OTP": OTP}, "hai từ 738496", {"PIN": "hai từ", "OTP": "738496"}),
        ({"authMode": "explicit", "PIN": PIN, "OTP": {"presence": "optional"}}, "482913", {"PIN": "482913"}),
        ({"authMode": "implicit", "PIN": PIN}, "482913", {}),
        ({"auth": {"mode": "explicit", "objects": []}}, "482913", {}),
        (
            {
                "auth": {
                    "mode": "explicit",
                    "objects": [{"type": "Password", "id": "P"}, {"type": "PasswordOOB", "id": "S"}],
                }
            },
            "482913",
            {"P": "482913", "S": None},
        ),
    ],
)
def test_each_factor_gets_its_part_of_the_secret(
    cast: Cast, fields: dict[str, object], secret: str, expected: dict[str, str | None]
) -> None:
    assert shape(cast, fields).credential("079190000011").answers(SecretStr(secret)) == expected


@pytest.mark.parametrize("secret", [None, SecretStr(""), SecretStr("   "), SecretStr("482913")])
def test_a_secret_with_a_part_missing_is_wrong(cast: Cast, secret: SecretStr | None) -> None:
    credential = shape(cast, {"authMode": "explicit", "PIN": PIN, "OTP": OTP}).credential("079190000011")
    with pytest.raises(WrongPassphrase):
        credential.answers(secret)
