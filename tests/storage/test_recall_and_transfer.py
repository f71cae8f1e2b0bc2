"""A recall and a transfer of one pupil wait for each other, whichever comes first."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from domain.errors import Conflict
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.transfers import phases
from domain.transfers.messages import TransferDeed
from domain.transfers.phases import Phase
from storage import moving
from storage.transfers import books, following, steps
from tests.correcting import Correction
from tests.issued import issue
from tests.storage.moving import AT, Later, make_later


@pytest.fixture
def later(db: Session) -> Later:
    return make_later(db)


def recalled(later: Later) -> Correction:
    matter = Correction(later.book, MatterKind.RECALL)
    matter.do(Deed.ASK, later.book.cast.homeroom, record_ids=later.book.records[:1], slots=("toan",))
    return matter


def test_a_year_that_is_recalled_stays_at_its_school_and_keeps_the_pupil_until_it_is_issued(later: Later) -> None:
    later.row.phase = Phase.ACCEPTED
    matter, principal = recalled(later), later.book.cast.school.principal
    matter.do(Deed.GRANT, principal)
    matter.tell_books()
    later.row.phase = Phase.ATTACHING
    later.db.flush()
    assert books.to_detach(later.db, later.row, 1) == []
    with pytest.raises(Conflict, match="đang được thu hồi"):
        moving.arrive(later.db, later.row, AT)
    issue(later.book, later.book.records[:1], version=2)
    assert matter.state == "settled"
    assert moving.arrive(later.db, later.row, AT) is not None


@pytest.mark.parametrize("phase", [Phase.DETACHING, Phase.WRITING, Phase.PACKING, Phase.CHECKING, Phase.ATTACHING])
def test_what_a_dossier_speaks_of_is_not_recalled_meanwhile(later: Later, phase: Phase) -> None:
    matter, principal = recalled(later), later.book.cast.school.principal
    later.row.phase = phase
    later.db.flush()
    with pytest.raises(Conflict, match="hồ sơ chuyển trường ghi theo học bạ hiện có"):
        matter.do(Deed.GRANT, principal)
    assert matter.state == "confirmed"
    later.row.phase = Phase.COMMITTING
    later.db.flush()
    matter.do(Deed.GRANT, principal)
    assert matter.state == "recalling"


def test_a_principal_does_not_release_whose_record_is_recalled(later: Later) -> None:
    later.row.phase = Phase.ACCEPTED
    later.db.flush()
    matter, principal = recalled(later), later.book.cast.school.principal
    matter.do(Deed.GRANT, principal)
    release = TransferDeed(str(later.row.matter_id), phases.Deed.RELEASE, str(principal), str(uuid4()))
    with pytest.raises(Conflict, match="đang được thu hồi"):
        steps.take(later.db, release, AT)
    later.row.phase = Phase.DETACHING
    with pytest.raises(Conflict, match="đang được thu hồi"):
        following.note_detached(later.db, later.row.matter_id, AT)
