"""The development authority's time stamps (RFC 3161), with what ETSI EN 319 422 adds: accuracy, ESSCertIDv2."""

from collections.abc import Sequence
from datetime import datetime

from asn1crypto.cms import ContentInfo, EncapsulatedContentInfo
from asn1crypto.core import Sequence as Asn1Sequence
from asn1crypto.tsp import PKIStatusInfo, TimeStampReq, TimeStampResp, TSTInfo
from asn1crypto.x509 import GeneralName
from cryptography import x509
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.authority.certificates import Holder
from signing.cms_template import asn1_certificate
from signing.mechanisms import cms_algorithm, default_mechanism, sign
from signing.tokens import DIGEST_BYTES

POLICY = "2.25.302694843790921297416111069505557072548"  # a UUID (ITU-T X.667): nobody else's


class TimeStampAuthority:
    def __init__(self, holder: Holder, chain: Sequence[x509.Certificate]) -> None:
        """`chain` stands above the holder's certificate, the root left out."""
        self._signer = _KeySigner(holder, chain)
        self._name = GeneralName("directory_name", asn1_certificate(holder.certificate).subject)

    async def answer(self, der: bytes, now: datetime) -> bytes:
        """DER of a TimeStampResp (RFC 3161 section 2.4.2) to the request in DER; every input gets one."""
        try:
            request = TimeStampReq.load(der, strict=True)
            fault = _fault(request)
        except (ValueError, TypeError, KeyError):
            fault = "bad_data_format"
        if fault:
            return _refusal(fault)
        response = TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": await self._token(request, now)})
        return bytes(response.dump())

    async def _token(self, request: TimeStampReq, now: datetime) -> ContentInfo:
        info = TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": request["message_imprint"],
                "serial_number": x509.random_serial_number(),
                "gen_time": now.replace(microsecond=0),
                "accuracy": {"seconds": 1},
                "nonce": request["nonce"].native,
                "tsa": self._name,
            }
        )
        content = EncapsulatedContentInfo({"content_type": "tst_info", "content": info})
        token = await self._signer.async_sign_general_data(content, self._signer.digest, detached=False)
        if not request["cert_req"].native:
            token["content"]["certificates"] = None
        return token


class _KeySigner(Signer):
    """PyHanko's CMS by a key at hand; its own signer for that parses the key anew for every signature."""

    def __init__(self, holder: Holder, chain: Sequence[x509.Certificate]) -> None:
        self._key, self._mechanism = holder.key, default_mechanism(holder.certificate)
        self.digest = self._mechanism.digest
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(asn1_certificate(each) for each in chain)
        super().__init__(
            embed_roots=False,
            signature_mechanism=cms_algorithm(self._mechanism),
            signing_cert=asn1_certificate(holder.certificate),
            cert_registry=store,
        )

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - pyHanko's signature
        dry_run: bool = False,  # noqa: FBT001, FBT002, ARG002
    ) -> bytes:
        return sign(self._key, self._mechanism, data)


class _Refusal(Asn1Sequence):  # type: ignore[misc]
    """A TimeStampResp without token, which asn1crypto does not know as optional."""

    _fields = [("status", PKIStatusInfo)]  # noqa: RUF012


def _fault(request: TimeStampReq) -> str | None:
    """Why the request cannot be met, as a PKIFailureInfo (RFC 3161 section 2.4.2)."""
    said = request.native  # reads it to the last field
    imprint = said["message_imprint"]
    length = DIGEST_BYTES.get(imprint["hash_algorithm"]["algorithm"])
    if length is None:
        return "bad_alg"
    if len(imprint["hashed_message"]) != length:
        return "bad_data_format"
    if said["req_policy"] not in {None, POLICY}:
        return "unaccepted_policy"
    return "unaccepted_extensions" if said["extensions"] else None


def _refusal(fault: str) -> bytes:
    return bytes(_Refusal({"status": {"status": "rejection", "fail_info": {fault}}}).dump())
