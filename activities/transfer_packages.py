"""Makes a transfer's package and checks it as the receiving school would: every signature, every hash, the data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography import x509
from temporalio import activity

from activities.evidence import evidence_of
from activities.refusals import refusals_are_final
from activities.sealed_records import read_own
from domain.errors import Conflict, Invalid
from domain.transfers.contents import (
    PackedPaper,
    PackedYear,
    PaperKind,
    TransferData,
    TransferPackage,
    ValidationFiles,
    differing,
)
from domain.transfers.messages import TransferRef, TransferStanding
from interchange.national.json_form import written
from interchange.transfer.package import pack, unpack
from signing.dss import ValidationMaterial
from signing.verification.apart import ApartVerifier
from signing.verification.transfer_reports import MemberReport, PackageCheck, PackageReport
from signing.verification.transfer_sentences import member_name, package_sentence
from signing.verification.transfers import examine_package
from signing.verification.verdicts import Verdict
from storage import evidence
from storage.database import Sessions
from storage.objects import Objects
from storage.tables import Transfer
from storage.transfers import following, packing
from storage.transfers.packing import PaperToPack, ToPack


class TransferPackageActivities:
    def __init__(
        self, sessions: Sessions, objects: Objects, roots: Sequence[x509.Certificate], apart: ApartVerifier
    ) -> None:
        self._sessions = sessions
        self._objects = objects
        self._roots = tuple(roots)
        self._apart = apart

    @activity.defn
    def pack_transfer(self, ref: TransferRef) -> TransferStanding:
        """Put everything that goes with the pupil into one file, check it, and hand it over; again, the same file."""
        with refusals_are_final():
            at = ref.at or datetime.now(UTC)
            with self._sessions() as session:
                found = packing.to_pack(session, UUID(ref.matter_id), at)
            data = pack(self._package(found, at))
            report = self.examine(data)
            kept = (self._objects.put(data), report.verdict is not Verdict.INVALID, as_kept(report))
            with self._sessions.begin() as session:
                return following.note_packed(session, UUID(ref.matter_id), kept, at)

    @activity.defn
    def check_brought(self, ref: TransferRef) -> TransferStanding:
        """What was brought from outside: checked if it is a package, and for people to judge if it is not."""
        with refusals_are_final():
            with self._sessions() as session:
                sha256 = session.get_one(Transfer, UUID(ref.matter_id)).package_sha256
                whose = packing.whose(session, UUID(ref.matter_id))
            if sha256 is None:
                raise Conflict("Chưa có hồ sơ nào được nộp.")
            is_sound, report = self._judged(self._objects.get(sha256), whose)
            with self._sessions.begin() as session:
                return following.note_checked(
                    session, UUID(ref.matter_id), (sha256, is_sound, report), ref.at or datetime.now(UTC)
                )

    def _judged(self, data: bytes, whose: Mapping[str, str]) -> tuple[bool, dict[str, Any]]:
        """From outside only what is proven is sound: nobody here knows who signed.

        What speaks of another pupil is no package of this one, however genuine: nothing of it is kept beside him.
        """
        try:
            package = unpack(data)
        except Invalid as refused:
            return False, _refused(refused.message)
        if names := differing(package.data.pupil, whose):
            return False, _refused(f"Gói hồ sơ không phải của học sinh này: khác {', '.join(names)}.")
        report = examine_package(package, self._apart, self._roots)
        if names := _of_others(report):
            return False, _refused(f"Văn bản trong gói không phải của học sinh này: {', '.join(names)}.")
        return report.holds, as_kept(report) | {"running": running_of(package)}

    def examine(self, data: bytes) -> PackageReport:
        """Raises PackageInvalid for what is no package, or not as it was written."""
        return examine_package(unpack(data), self._apart, self._roots)

    def _package(self, found: ToPack, at: datetime) -> TransferPackage:
        papers, archives = [], []
        years = []
        for each in found.papers:
            pdf = self._objects.get(each.sha256)
            with self._sessions() as session:
                proof = evidence_of(session, each.sha256) or b""
                archives += [self._objects.get(sha256) for sha256 in evidence.archives_of(session, each.document_id)]
            papers.append(PackedPaper(each.kind, each.lookup_code, pdf, proof, each.school_year))
            if each.kind is PaperKind.YEAR_RECORD:
                years.append(_year(each, pdf))
        data = TransferData(found.pupil, found.school, tuple(years), found.running)
        merged = ValidationMaterial.merged([ValidationMaterial.loads(each) for each in archives])
        beside = ValidationFiles(merged.certificates, merged.ocsps, merged.crls)
        return TransferPackage(at.replace(microsecond=0), data, tuple(papers), beside)


def _refused(why: str) -> dict[str, Any]:
    return {"members": [], "problem": why}


def _of_others(report: PackageReport) -> tuple[str, ...]:
    """Papers of another pupil than the data, which anybody could have written."""
    findings = (finding for member in report.members for finding in member.findings)
    failed = (each for each in findings if (each.check, each.outcome) == (PackageCheck.PUPIL, Verdict.INVALID))
    return tuple(each.about for each in failed)


def running_of(package: TransferPackage) -> dict[str, Any] | None:
    """The unfinished year, for the teachers of the new class to look at."""
    return asdict(package.data.running) if package.data.running else None


def as_kept(report: PackageReport) -> dict[str, Any]:
    """A report as a page shows it, in Vietnamese."""
    return {
        "school": report.school,
        "created_at": report.created_at.isoformat(),
        "verdict": report.verdict.value,
        "members": [_member(each) for each in report.members],
    }


def _member(member: MemberReport) -> dict[str, Any]:
    findings = [{"outcome": each.outcome.value, "text": package_sentence(each)} for each in member.findings]
    return {
        "name": member.name,
        "kind": member_name(member),
        "verdict": member.verdict.value,
        "problem": member.problem,
        "findings": findings,
    }


def _year(paper: PaperToPack, pdf: bytes) -> PackedYear:
    """With the national record that the paper has attached; older ones have none."""
    try:
        record = written(read_own(pdf))
    except Invalid:
        record = {}
    return PackedYear(paper.school_year, paper.lookup_code, record)
