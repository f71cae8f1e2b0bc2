"""The report of ETSI TS 119 102-2: one for each signature, with our verdict, whatever state the file is in."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from asn1crypto import cms

from signing.dss import ValidationMaterial
from signing.verification.reports import etsi_report
from signing.verification.verify import examine
from tests.signing.verification.holes import changed
from tests.signing.verification.world import HOMEROOM, LATER, SEALED, Ended, World

SPACE = {"vr": "http://uri.etsi.org/19102/v1.2.1#"}
PASSED, FAILED, OPEN = ("total-passed", "OK"), ("total-failed", "FORMAT_FAILURE"), "indeterminate"


def parsed(report: str) -> ET.Element:
    return ET.fromstring(report)  # noqa: S314 - our own


def told(report: str) -> list[tuple[str, str]]:
    """Main indication and sub-indication of each signature, without what they begin with."""
    statuses = parsed(report).iterfind("vr:SignatureValidationReport/vr:SignatureValidationStatus", SPACE)
    return [tuple(str(each.text).rpartition(":")[2] for each in status[:2]) for status in statuses]  # type: ignore[misc]


def test_every_signature_of_a_good_record_has_passed_at_its_proven_time(record: bytes, world: World) -> None:
    report = etsi_report(examine(record, world.roots))
    assert told(report) == [PASSED] * 3
    times = parsed(report).iterfind(".//vr:BestSignatureTime/vr:POETime", SPACE)
    assert [each.text for each in times] == [SEALED.strftime("%Y-%m-%dT%H:%M:%SZ")] * 3
    objects = parsed(report).findall("vr:SignatureValidationObjects/vr:ValidationObject", SPACE)
    assert len({each.get("id") for each in objects}) == len(objects) >= 8


def test_what_is_wrong_with_the_document_fails_every_signature(record: bytes, world: World) -> None:
    assert told(etsi_report(examine(record + b"junk", world.roots))) == [FAILED] * 3


def test_a_broken_digest_is_told_by_its_name(record: bytes, world: World) -> None:
    at = record.index(b"%PDF-1.7") + 7
    broken = examine(record[:at] + b"6" + record[at + 1 :], world.roots)
    assert told(etsi_report(broken)) == [("total-failed", "HASH_FAILURE")] * 3


def test_a_revocation_before_the_proven_time_is_told_by_its_name(record: bytes, world: World) -> None:
    homeroom = world.signers(HOMEROOM)[0]
    revoked = ValidationMaterial(ocsps=(world.ocsp(homeroom, LATER, Ended(homeroom, SEALED - timedelta(days=1))),))
    assert told(etsi_report(examine(record, world.roots, archive=revoked))) == [
        ("total-failed", "REVOKED"), PASSED, PASSED,
    ]  # fmt: skip


def test_what_cannot_be_decided_is_told_so(world: World) -> None:
    pdf = world.plainly_sealed()
    plain = etsi_report(examine(pdf, world.roots, archive=world.material(SEALED)))
    assert {main for main, _ in told(plain)} == {OPEN}


def test_an_unproven_time_without_another_trouble_is_told_by_its_name(record: bytes, world: World) -> None:
    # Everything holds but the evidence that came with it.
    found = etsi_report(examine(record, world.roots, evidence=[b"junk"]))
    assert told(found) == [(OPEN, "GENERIC")] * 3


@pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7\nstartxref\n0\n%%EOF\n"])
def test_what_cannot_be_read_has_a_report_that_says_so(world: World, content: bytes) -> None:
    assert told(etsi_report(examine(content, world.roots))) == [FAILED]


def test_a_signature_too_odd_for_details_has_a_short_report(record: bytes, world: World) -> None:
    def encapsulate(signed: cms.SignedData) -> None:
        signed["encap_content_info"]["content"] = b"note"

    odd = examine(changed(record, encapsulate), world.roots)
    assert odd.judged
    assert told(etsi_report(odd)) == [PASSED, PASSED, FAILED]
