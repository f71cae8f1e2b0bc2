"""Names of subjects in the secondary record, which has little room for them."""

from dataclasses import replace

import pytest

from domain.curriculum import offered
from domain.year_records import MarkLine
from interchange.national.codes import load_codes
from interchange.national.fields import LAYOUTS, Level
from interchange.national.mapping import national_record
from tests.documents import secondary_samples

LENGTH = LAYOUTS[Level.SECONDARY].parts["bangdiem"].fields["tenmonhoc"].length


@pytest.mark.parametrize("grade", range(6, 13))
def test_every_subject_that_can_be_taught_has_a_name_that_fits(grade: int) -> None:
    lines = tuple(MarkLine(each.code, each.name, "", "", "", "", "", "", "") for each in offered(grade))
    base = secondary_samples.secondary_record(1, grade=grade)
    rows = national_record(replace(base, subjects=lines), load_codes()).children["bangdiem"]
    names = [str(row["tenmonhoc"]) for row in rows]
    assert [name for name in names if len(name) > (LENGTH or 0)] == []
    assert len(set(names)) == len(names) == len(lines)
