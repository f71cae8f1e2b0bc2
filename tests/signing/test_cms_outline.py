"""What of a CMS is looked at once is everything but what is signed: any other difference makes another outline."""

from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto.cms import CMSAttribute, ContentInfo, SignedData, SignerIdentifier
from asn1crypto.core import OctetString

from domain.documents import SignatureField
from signing.archival import ArchivalReader
from signing.cms_outline import certificates_in, fits, outline
from tests.signing.conftest import Cast

HOMEROOM, PRINCIPAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL
Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def embedded(cast: Cast) -> bytes:
    """A CMS in a document."""
    (signature,) = ArchivalReader(cast.signed(cast.placed(), HOMEROOM)).embedded_signatures
    return bytes(signature.pkcs7_content)


def loaded(der: bytes) -> SignedData:
    return ContentInfo.load(der)["content"]


def changed(der: bytes, change: Change) -> SignedData:
    content = ContentInfo.load(der)
    change(content["content"])
    return loaded(content.dump())


def attribute(signed: SignedData, kind: str) -> CMSAttribute:
    (info,) = signed["signer_infos"]
    return next(each for each in info["signed_attrs"] if each["type"].native == kind)


def set_digest(signed: SignedData) -> None:
    attribute(signed, "message_digest")["values"] = [b"x" * 32]


def set_value(signed: SignedData) -> None:
    signed["signer_infos"][0]["signature"] = b"x" * 256


def set_unsigned(signed: SignedData) -> None:
    stamp = {
        "type": "signature_time_stamp_token",
        "values": [ContentInfo({"content_type": "signed_data", "content": signed.copy()})],
    }
    signed["signer_infos"][0]["unsigned_attrs"] = [CMSAttribute(stamp)]


def set_type(signed: SignedData) -> None:
    attribute(signed, "content_type")["values"] = ["signed_data"]


def set_algorithm(signed: SignedData) -> None:
    signed["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha512_rsa"}


def set_hash(signed: SignedData) -> None:
    signed["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha512"}


def set_version(signed: SignedData) -> None:
    signed["signer_infos"][0]["version"] = "v3"


def drop_certificate(signed: SignedData) -> None:
    signed["certificates"] = list(signed["certificates"])[:1]


def set_content(signed: SignedData) -> None:
    signed["encap_content_info"]["content"] = b"x"


def set_name_of_another_kind(signed: SignedData) -> None:
    """A key's identifier with the very bytes of issuer and serial number."""
    info = signed["signer_infos"][0]
    same = OctetString(info["sid"].chosen.contents)
    info["sid"] = SignerIdentifier("subject_key_identifier", same)


@pytest.mark.parametrize("change", [set_digest, set_value, set_unsigned])
def test_what_is_signed_and_what_is_added_makes_no_other_outline(embedded: bytes, change: Change) -> None:
    assert outline(changed(embedded, change)) == outline(loaded(embedded)) is not None


@pytest.mark.parametrize(
    "change",
    [
        set_type,
        set_algorithm,
        set_hash,
        set_version,
        drop_certificate,
        set_content,
        set_name_of_another_kind,
    ],
)
def test_everything_else_does(embedded: bytes, change: Change) -> None:
    assert outline(changed(embedded, change)) != outline(loaded(embedded))


def test_where_the_content_is_stamped_or_nothing_is_signed_beside_it_there_is_none(embedded: bytes) -> None:
    def stamp(signed: SignedData) -> None:
        signed["signer_infos"][0]["signed_attrs"].append(CMSAttribute({"type": "content_time_stamp", "values": []}))

    def drop(signed: SignedData) -> None:
        signed["signer_infos"][0]["signed_attrs"] = []

    assert outline(changed(embedded, drop)) is outline(changed(embedded, stamp)) is None


def test_only_digest_and_value_that_fit_do(cast: Cast) -> None:
    first, second = ArchivalReader(cast.signed(cast.placed(), HOMEROOM, PRINCIPAL)).embedded_signatures
    digest = first.compute_digest()
    for _ in range(2):
        assert fits(first.signed_data, "data", digest)
        assert not fits(first.signed_data, "data", second.compute_digest())
        assert not fits(changed(first.pkcs7_content, set_value), "data", digest)
        assert not fits(changed(first.pkcs7_content, set_digest), "data", b"x" * 32)
    found = [certificates_in(each.signed_data).signer_cert.dump() for each in (first, second)]
    assert found == [first.signer_cert.dump(), second.signer_cert.dump()]
    assert found[0] != found[1]
