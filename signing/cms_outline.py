"""What of a CMS is the same for all signatures of one signer, so that it is judged once."""

from asn1crypto.cms import SignedData
from asn1crypto.core import Asn1Value
from pyhanko.sign.general import extract_signer_info

from signing.remembered import key_of

_SIGNED = ("version", "digest_algorithms", "certificates", "crls")
_OF_SIGNER = ("version", "sid", "digest_algorithm", "signature_algorithm")


def outline(signed: SignedData) -> bytes | None:
    """A key over all of it but what is signed: content, its digest, the value, and what is added unsigned.

    These decide whether the signature fits, and nothing else. None if the signed attributes have a time stamp of the
    content, which is judged by the digest too.
    """
    info, content = extract_signer_info(signed), signed["encap_content_info"]
    attributes = [(each["type"].native, each) for each in info["signed_attrs"]]
    if "content_time_stamp" in dict(attributes):
        return None
    return key_of(
        content["content_type"].native,
        int(content["content"].contents is None),
        *(_read(signed[name]) for name in _SIGNED),
        *(_read(info[name]) for name in _OF_SIGNER),
        *(_read(each) for kind, each in attributes if kind != "message_digest"),
    )


def _read(value: Asn1Value) -> bytes | None:
    found: bytes | None = (value.chosen if hasattr(value, "chosen") else value).contents
    return found
