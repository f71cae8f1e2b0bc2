"""Every piece of work leads to where it is done."""

from uuid import UUID

import pytest

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.work import WHOLE_RECORDS, Work, path_of

BOOK = UUID(int=1)


@pytest.mark.parametrize(
    ("work", "slots", "path"),
    [
        (Work.ENTER, ("toan", "am_nhac"), f"/lop/{BOOK}/nhap/toan"),
        (Work.REVIEW, (HOMEROOM,), f"/lop/{BOOK}/chu-nhiem"),
        (Work.SIGN, ("toan", "am_nhac"), f"/ky/chuan-bi?viec=sign&slot=toan&slot=am_nhac&lop={BOOK}"),
        (Work.APPROVE, (PRINCIPAL,), f"/lop/{BOOK}/duyet"),
        (Work.SEAL, (SEAL,), f"/ky/chuan-bi?viec=seal&slot=seal&lop={BOOK}"),
        (Work.RELEASE, (PRINCIPAL,), f"/lop/{BOOK}/duyet"),
    ],
)
def test_work_has_its_place(work: Work, slots: tuple[str, ...], path: str) -> None:
    assert path_of(work, BOOK, slots) == path


def test_whole_records_wait_for_one_slot_at_a_time() -> None:
    assert [slot for _, slot in WHOLE_RECORDS.values()] == [HOMEROOM, HOMEROOM, PRINCIPAL, SEAL]
