"""Verification for anybody: a file handed in is checked in a process of its own and not kept."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.bodies import raw
from api.deps import ServicesDep, body_of
from api.guard import everybody
from api.services import Services
from domain.networks import network_of
from signing.verification.errors import TooLarge
from signing.verification.labels import headline, kind_name, role_name, time_note
from signing.verification.sentences import sentence
from signing.verification.verdicts import Finding, Proof, SignatureReport, Standing, Verdict, Verification
from storage.looking_up import Replacement, replacement_of

router = APIRouter(tags=["verification"])
MAX_UPLOAD = 24 * 1024 * 1024  # a document, and what stands beside it in a container
TOO_LARGE = TooLarge().message
Language = Literal["vi", "en"]
_CLOSED = frozenset({Standing.RECALLED, Standing.SUPERSEDED})


class FindingView(BaseModel):
    check: str
    outcome: Verdict
    reason: str | None
    sentence: str


class SignatureView(BaseModel):
    """One signature: who, when and by which proof, and what was found."""

    field: str
    role: str
    verdict: Verdict
    signer: str
    unit: str
    issuer: str
    algorithm: str
    level: str
    certificate_from: datetime
    certificate_until: datetime
    claimed_at: datetime | None
    proven_at: datetime | None
    proof: Proof
    time_note: str
    revoked_at: datetime | None
    findings: list[FindingView]


class VerificationView(BaseModel):
    """The verdict on a file. `indeterminate` means that it cannot be decided, which is not the same as invalid."""

    verdict: Verdict
    headline: str
    standing: Standing | None = Field(description="by the history log; null for a file that it does not know")
    recalled_at: datetime | None = Field(None, description="null for a file that is in force, or not known")
    replaced_by: str = Field(description="look-up code of the version in force, if a newer one replaces this file")
    kind: str
    school: str
    lookup_code: str
    file_sha256: str
    findings: list[FindingView]
    signatures: list[SignatureView]


@router.post("/verify", openapi_extra=raw("application/pdf", "application/zip", "application/octet-stream"))
@everybody
async def verify_file(request: Request, found: ServicesDep, lang: Language = "vi") -> VerificationView:
    """Check a PDF or a hand-over container (the request's body). Nobody has to sign in; the file is not kept."""
    data = await body_of(request, MAX_UPLOAD, TOO_LARGE)
    return await view_of(found, await verified(request, found, data), lang)


async def verified(request: Request, found: Services, data: bytes) -> Verification:
    """The verdict on a file, when it is its turn. Raises Unavailable while too many others wait."""
    network = network_of(request.client.host) if request.client else ""
    return await found.turns.take(network, partial(found.verifying.verify, data))


async def view_of(services: Services, found: Verification, lang: Language = "vi") -> VerificationView:
    """The verdict in words, with what replaces a paper that was recalled."""
    is_gone = found.standing in _CLOSED
    newer = await asyncio.to_thread(_replaced_by, services, found) if is_gone else Replacement(None, "")
    return VerificationView(
        verdict=found.verdict,
        headline=headline(found, lang),
        standing=found.standing,
        recalled_at=newer.recalled_at,
        replaced_by=newer.replaced_by,
        kind=kind_name(found.kind, lang),
        school=found.school,
        lookup_code=found.lookup_code,
        file_sha256=found.file_sha256,
        findings=[_finding(each, lang) for each in found.findings],
        signatures=[_signature(each, lang) for each in found.signatures],
    )


def _replaced_by(services: Services, found: Verification) -> Replacement:
    with services.sessions() as session:
        return replacement_of(session, found.file_sha256)


def _signature(report: SignatureReport, lang: Language) -> SignatureView:
    return SignatureView(
        field=report.field,
        role=role_name(report.field, lang),
        verdict=report.verdict,
        signer=report.signer_name,
        unit=report.unit,
        issuer=report.issuer,
        algorithm=report.algorithm,
        level=report.level,
        certificate_from=report.certificate_from,
        certificate_until=report.certificate_until,
        claimed_at=report.claimed_at,
        proven_at=report.proven_at,
        proof=report.proof,
        time_note=time_note(report.proof, lang),
        revoked_at=report.revocation.at if report.revocation else None,
        findings=[_finding(each, lang) for each in report.findings],
    )


def _finding(found: Finding, lang: Language) -> FindingView:
    reason = found.reason.value if found.reason else None
    return FindingView(check=found.check.value, outcome=found.outcome, reason=reason, sentence=sentence(found, lang))
