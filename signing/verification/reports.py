"""The validation report of ETSI TS 119 102-2, in XML: every signature by pyHanko, with our verdict on it.

PyHanko judges certificate and digest; that a page was changed afterwards it would not say, so the verdict in the report
is ours wherever it is the worse one.
"""

from contextlib import suppress
from dataclasses import replace

from pyhanko.generated.etsi.ts_11910202 import (
    SignatureValidationReportType,
    ValidationObjectListType,
    ValidationObjectType,
    ValidationReport,
    ValidationStatusType,
)
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESStatus, AdESSubIndic
from pyhanko.sign.validation.ades import AdESWithTimeValidationResult
from pyhanko.sign.validation.report.tools import NAMESPACES, generate_report
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from signing.verification.signatures import Judged
from signing.verification.verdicts import Check, Reason, SignatureReport, Verdict, worst
from signing.verification.verify import Examination

_URN = "urn:etsi:019102"
_MAIN = {
    AdESStatus.PASSED: "total-passed",
    AdESStatus.FAILED: "total-failed",
    AdESStatus.INDETERMINATE: "indeterminate",
}


def etsi_report(examination: Examination) -> str:
    """One XML document with a report for each signature; for what cannot be read, one that says so."""
    verification = examination.verification
    whole = worst(finding.outcome for finding in verification.findings)
    parts = [
        _report(judged, _indication(judged, signature, worst((whole, signature.verdict))))
        for judged, signature in zip(examination.judged, verification.signatures, strict=True)
    ]
    objects = {each.id: each for part in parts for each in _objects(part)}
    report = ValidationReport(
        signature_validation_report=tuple(each for part in parts for each in part.signature_validation_report)
        or (_bare(AdESFailure.FORMAT_FAILURE),),
        signature_validation_objects=ValidationObjectListType(tuple(objects.values())) if objects else None,
    )
    return XmlSerializer(config=SerializerConfig(indent="  ")).render(report, ns_map=NAMESPACES)


def _report(judged: Judged, indication: AdESSubIndic) -> ValidationReport:
    result, proven = judged.judgement.result, judged.judgement.proven
    result = replace(result, ades_subindic=indication)
    if proven:
        result = AdESWithTimeValidationResult(
            **vars(result), best_signature_time=proven.at, signature_not_before_time=None
        )
    # It needs parts that a damaged signature may lack, and texts that XML can carry.
    with suppress(Exception):
        xml = generate_report(judged.signature.embedded, result)
        return XmlParser().from_string(xml, ValidationReport)
    return ValidationReport(signature_validation_report=(_bare(indication),))


def _indication(judged: Judged, signature: SignatureReport, verdict: Verdict) -> AdESSubIndic:
    """PyHanko's own word where it says the same, else the nearest the standard has."""
    found = judged.judgement.result.ades_subindic
    match verdict:
        case Verdict.VALID:
            return AdESPassed.OK
        case Verdict.INVALID if found.status is AdESStatus.FAILED:
            return found
        case Verdict.INVALID:
            is_revoked = any(finding.reason in {Reason.REVOKED, Reason.KEY_LOST} for finding in signature.findings)
            return AdESFailure.REVOKED if is_revoked else AdESFailure.FORMAT_FAILURE
        case _ if found.status is AdESStatus.INDETERMINATE:
            return found
        case _:
            is_unproven = any(finding.check is Check.TIME and not finding.holds for finding in signature.findings)
            return AdESIndeterminate.NO_POE if is_unproven else AdESIndeterminate.GENERIC


def _bare(indication: AdESSubIndic) -> SignatureValidationReportType:
    status = ValidationStatusType(
        main_indication=f"{_URN}:mainindication:{_MAIN[indication.status]}",
        sub_indication=(f"{_URN}:subindication:{indication.standard_name}",),
    )
    return SignatureValidationReportType(signature_validation_status=status)


def _objects(report: ValidationReport) -> tuple[ValidationObjectType, ...]:
    listed = report.signature_validation_objects
    return listed.validation_object if listed else ()
