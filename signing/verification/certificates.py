"""Whether a signer's certificate was good when the signature is proven to have existed (ETSI EN 319 102-1, 5.3).

PyHanko judges chain, dates, key usage and algorithms at that time; revocation is settled by `statuses` and handed to it
as an assertion. A certificate that names nobody who could be asked about it is not asked about: that is for the
authority to say, in bytes it has signed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from itertools import chain as joined

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.ades.report import AdESIndeterminate, AdESSubIndic
from pyhanko.sign.validation.ades import AdESBasicValidationResult, ades_basic_validation
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from domain.algorithms import is_allowed
from domain.calendar import day_of
from signing.coroutines import run_coroutine
from signing.eras import era, times_in_answers, times_of
from signing.mechanisms import key_bits
from signing.remembered import key_of, remembered
from signing.status_checks import Source
from signing.verification.document import Signature
from signing.verification.grounds import Grounds
from signing.verification.proofs import ProvenTime
from signing.verification.statuses import Answer, History, ended_at
from signing.verification.verdicts import Check, Finding, Proof, Reason, Revocation, Verdict, judged

_OFFLINE = RevocationInfoGatheringSpec(
    RevinfoOnlineFetchingRule.LOCAL_ONLY, certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH
)
_IF_IT_CAN_BE_ASKED = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.CHECK_IF_DECLARED, RevocationCheckingRule.CHECK_IF_DECLARED)
)
_SIGNS_DOCUMENTS = KeyUsageConstraints(key_usage={"non_repudiation"})
Result = AdESBasicValidationResult[StandardCMSSignatureStatus]
_OPEN = Verdict.INDETERMINATE
_WEAK = {AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE, AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE}
_SCHEMES = {"rsassa_pkcs1v15": "rsa", "rsassa_pss": "rsassa_pss", "ecdsa": "ecdsa"}


@dataclass(frozen=True)
class Judgement:
    """`chain` is empty if it leads to no trusted root."""

    proof: Proof
    proven: ProvenTime | None
    chain: tuple[History, ...]
    revocation: Revocation | None
    findings: tuple[Finding, ...]
    validate: Callable[[], Result] = field(repr=False)

    @cached_property
    def result(self) -> Result:
        """PyHanko's, for the report of ETSI TS 119 102-2."""
        return self.validate()


def judge(signature: Signature, proven: ProvenTime | None, grounds: Grounds) -> Judgement:
    """Judge the signer's certificate at the proven time; without one, at the moment."""
    certificates, at = signature.certificates, proven.at if proven else grounds.moment
    chain = grounds.chain(certificates, at)
    # Whether an authority is trusted does not depend on whether the certificate is out of date.
    chain_ever = chain or grounds.chain(certificates, certificates[0].not_valid_after_utc)
    validate = partial(_by_pyhanko, signature, at, chain, grounds)
    problem = _problem(signature, at, chain, grounds, validate)
    trusted = judged(Check.TRUSTED, holds=bool(chain_ever))
    algorithm = _algorithm(signature, at, problem)
    if not chain_ever:
        # Nobody vouches for such a certificate, so there is nothing to be in force.
        proof = proven.proof if proven else Proof.NONE
        return Judgement(proof, proven, (), None, (trusted, algorithm), validate)
    in_force = _in_force(chain_ever, at, is_proven=proven is not None, is_in_time=bool(chain), problem=problem)
    time = judged(Check.TIME, holds=proven is not None or in_force.holds, otherwise=_OPEN)
    proof = proven.proof if proven else (Proof.CURRENT if in_force.holds else Proof.NONE)
    return Judgement(proof, proven, chain_ever, _told(chain_ever), (trusted, time, in_force, algorithm), validate)


def algorithm_name(signature: Signature) -> str:
    """For people: "ECDSA 256, SHA-256"."""
    scheme, digest, bits = _algorithm_parts(signature)
    return f"{scheme.upper().replace('RSASSA_', 'RSA-')} {bits}, {digest.upper().replace('SHA', 'SHA-')}"


def _in_force(
    chain: Sequence[History], at: datetime, *, is_proven: bool, is_in_time: bool, problem: AdESSubIndic
) -> Finding:
    ended = [each.revocation for each in chain if each.revocation and ended_at(each.revocation) <= at]
    held = [each.suspension for each in chain if each.suspension and each.suspension.at <= at]
    is_revoked = any(each.at <= at for each in ended)
    is_refused = isinstance(problem, AdESIndeterminate) and problem not in _WEAK
    # Without a proven time it may well have been signed before a revocation, so that nothing is refuted. A suspension
    # may be lifted as if it had never been: EN 319 102-1 says TRY_LATER.
    obstacles = (
        (bool(ended), Verdict.INVALID if is_proven else _OPEN, Reason.REVOKED if is_revoked else Reason.KEY_LOST),
        (at < chain[0].subject.certificate.not_valid_before, Verdict.INVALID, Reason.NOT_YET_VALID),
        (not is_in_time, _OPEN, Reason.OUT_OF_DATE),
        (bool(held), _OPEN, Reason.SUSPENDED),
        (not all(each.is_good_at(at) for each in chain), _OPEN, Reason.NO_STATUS),
        (is_refused, Verdict.INVALID, Reason.CHAIN),
    )
    found = (Finding(Check.IN_FORCE, outcome, reason) for is_so, outcome, reason in obstacles if is_so)
    return next(found, Finding(Check.IN_FORCE, Verdict.VALID))


def _told(chain: Sequence[History]) -> Revocation | None:
    """What is to be shown: a revocation whenever it came, else a suspension that stands."""
    found = [each.revocation or each.suspension for each in chain]
    return next((each for each in found if each), None)


def _algorithm(signature: Signature, at: datetime, problem: AdESSubIndic) -> Finding:
    # An algorithm given up since may have been allowed when it was used; only a proof of time can tell. That is why
    # EN 319 102-1 (5.2.8) makes this "indeterminate, CRYPTO_CONSTRAINTS_FAILURE(_NO_POE)", never "failed".
    allowed = is_allowed(*_algorithm_parts(signature), day_of(at))
    holds = allowed and problem not in _WEAK
    return judged(Check.ALGORITHM, holds=holds, otherwise=_OPEN)


def _algorithm_parts(signature: Signature) -> tuple[str, str, int]:
    """Scheme, digest and key length; "" or 0 for what is unknown."""
    try:
        scheme = _SCHEMES.get(signature.embedded.signer_info["signature_algorithm"].signature_algo, "")
    except ValueError:
        scheme = ""
    return scheme, str(signature.embedded.md_algorithm), key_bits(signature.certificates[0])


def _problem(
    signature: Signature, at: datetime, chain: Sequence[History], grounds: Grounds, validate: Callable[[], Result]
) -> AdESSubIndic:
    """What pyHanko says of it in one word. Where the signature fits, that hangs on what its key here says alone."""
    own = signature.outline if signature.is_intact else None
    if own is None:
        return validate().ades_subindic
    answers = _answers(chain)
    is_good = bool(chain) and all(each.is_good_at(at) for each in chain)
    certificates = (*grounds.roots, *signature.certificates)
    key = key_of(
        own,
        int(is_good),
        len(grounds.roots),
        *(each.public_bytes(Encoding.DER) for each in certificates),
        len(chain),
        *(each.subject.key for each in chain),
        *(each.key for each in answers),
        era(_times(certificates, chain, answers), at),
    )
    return remembered.get("problem", key, lambda: validate().ades_subindic)


def _times(
    certificates: Sequence[x509.Certificate], chain: Sequence[History], answers: Sequence[Answer]
) -> list[datetime] | None:
    ocsps, crls = ([each.der for each in answers if each.source is source] for source in Source)
    answered, above = times_in_answers(ocsps, crls), [each.subject.certificate for each in chain]
    validity = [time for each in above for time in (each.not_valid_before, each.not_valid_after)]
    return None if answered is None else [*times_of(certificates), *validity, *answered]


def _answers(chain: Sequence[History]) -> list[Answer]:
    found = {each.answer.der: each.answer for history in chain for each in history.statements}
    return [*found.values()]


def _by_pyhanko(signature: Signature, at: datetime, chain: Sequence[History], grounds: Grounds) -> Result:
    answers = _answers(chain)
    ocsps = [OCSPContainer.load_multi(each.parsed) for each in answers if each.source is Source.OCSP]
    is_good = bool(chain) and all(each.is_good_at(at) for each in chain)
    embedded = signature.embedded
    knowledge = LocalKnowledge(
        known_ocsps=[*joined.from_iterable(ocsps)],
        known_crls=[CRLContainer(each.parsed) for each in answers if each.source is Source.CRL],
        known_certs=[each.subject.certificate for each in chain],
        nonrevoked_assertions=[NonRevokedStatusAssertion(embedded.signer_cert.sha256, at)] if is_good else [],
    )
    policy = CertValidationPolicySpec(grounds.trust, _IF_IT_CAN_BE_ASKED)
    spec = SignatureValidationSpec(policy, _OFFLINE, local_knowledge=knowledge, key_usage_settings=_SIGNS_DOCUMENTS)
    timing = ValidationTimingInfo(at, at, point_in_time_validation=True)
    digest = embedded.compute_digest()
    return run_coroutine(ades_basic_validation(embedded.signed_data, spec, timing_info=timing, raw_digest=digest))
