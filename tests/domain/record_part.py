"""The part of a year record that does not come from what was entered."""

from domain.year_records import RecordPart
from tests.documents.samples import SCHOOL, pupil

PART = RecordPart(
    record_uid="0b2f6c1e-6f0a-4c57-9b53-1d2a6c0e7a11",
    version=1,
    lookup_code="7K3M-Q9TX-2WFA-D5HE-8RCP-4NVB",
    circular="",
    rule_version="",
    school_year="2025-2026",
    grade=1,
    class_name="1A",
    school=SCHOOL,
    pupil=pupil(),
    sheets=(),
    signers=(),
    date="2026-05-29",
)
