"""Whether a time-stamp token is to be trusted at a time: its signature, its chain, what is known of revocations."""

import hashlib
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Literal, NotRequired, TypeAlias, TypedDict

from asn1crypto.cms import SignedData
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import CRLValidationError, OCSPValidationError, RevokedError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy, FreshnessReqType
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from signing.cms_outline import fits, outline
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.eras import ANY_AGE, era, times_in_answers, times_of
from signing.remembered import key_of, remembered

Weakness: TypeAlias = Literal["", "signature", "expired", "untrusted", "revoked"]
# Missing revocation data is no obstacle, so old data is none either: only the word "revoked" counts, whatever its age.
_ANY_AGE = CertRevTrustPolicy(
    NO_REVOCATION,
    freshness=ANY_AGE,
    freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
)


class Known(TypedDict):
    """What is known beside the token: further certificates of the chain, CRLs and OCSP responses (both DER)."""

    certificates: NotRequired[Sequence[x509.Certificate]]
    crls: NotRequired[Sequence[bytes]]
    ocsps: NotRequired[Sequence[bytes]]


def token_weakness(
    signed: SignedData,
    digest: bytes,
    inside: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    known: Known,
) -> Weakness:
    """Why a token is not to be trusted at that time, "" if it is; errors of any kind for what is no token.

    `digest` is what it must be for, `inside` are the certificates in it.
    """

    def judge() -> Weakness:
        return run_coroutine(_judged(signed, digest, roots, at, known))

    # Where the signature fits, nothing is left to judge that another token of the same authority has not as well.
    key = _trust_key(signed, inside, roots, at, known) if _fits(signed) else None
    return remembered.get("token", key, judge) if key else judge()


def _fits(signed: SignedData) -> bool:
    content, info = signed["encap_content_info"], extract_signer_info(signed)
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, bytes(content["content"])).digest()
    return fits(signed, content["content_type"].native, digest)


def _trust_key(
    signed: SignedData,
    inside: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    known: Known,
) -> bytes | None:
    """Over all that the trust in a token that fits depends on."""
    own, certificates = outline(signed), (*roots, *known.get("certificates", ()))
    if own is None:
        return None
    ocsps, crls = known.get("ocsps", ()), known.get("crls", ())
    answered = times_in_answers(ocsps, crls)
    times = None if answered is None else [*times_of((*certificates, *inside)), *answered]
    ders = [each.public_bytes(Encoding.DER) for each in certificates]
    return key_of(own, len(roots), len(ders), *ders, len(ocsps), *ocsps, len(crls), *crls, era(times, at))


async def _judged(
    signed: SignedData, digest: bytes, roots: Sequence[x509.Certificate], at: datetime, known: Known
) -> Weakness:
    context = _context(roots, at, [asn1_certificate(each) for each in known.get("certificates", ())])
    status = TimestampSignatureStatus(**await validate_tst_signed_data(signed, context, lambda _: digest))
    if not (status.intact and status.valid):
        return "signature"
    path = status.validation_path
    if status.trust_problem_indic is not None or path is None:
        # Where revocation is not looked at, only an expired certificate sets a horizon.
        return "expired" if status.error_time_horizon else "untrusted"
    return "revoked" if await _is_revoked(path, roots, at, known) else ""


async def _is_revoked(path: ValidationPath, roots: Sequence[x509.Certificate], at: datetime, known: Known) -> bool:
    # Each answer alone: of several, pyHanko would stop at the first that says "good".
    chain = [*path.iter_certs(include_root=False)]
    crls = _context(roots, at, chain, crls=known.get("crls", ()))
    answers = [_context(roots, at, chain, ocsps=[each]) for each in known.get("ocsps", ())]
    for certificate in chain:
        if await _says_revoked(verify_crl(certificate, path, crls)):
            return True
        for answer in answers:
            if await _says_revoked(verify_ocsp_response(certificate, path, answer)):
                return True
    return False


async def _says_revoked(verdict: Awaitable[None]) -> bool:
    try:
        await verdict
    except RevokedError:
        return True
    except (CRLValidationError, OCSPValidationError):
        pass  # not about this certificate, or not to be relied upon: it says nothing
    return False


def _context(
    roots: Sequence[x509.Certificate],
    at: datetime,
    certificates: Sequence[Asn1Certificate],
    *,
    crls: Sequence[bytes] = (),
    ocsps: Sequence[bytes] = (),
) -> ValidationContext:
    return ValidationContext(
        trust_roots=[asn1_certificate(root) for root in roots],
        other_certs=certificates,
        crls=crls,
        ocsps=ocsps,
        moment=at,
        revinfo_policy=_ANY_AGE,
    )
