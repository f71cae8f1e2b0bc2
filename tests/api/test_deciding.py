"""What the interface and the pages share when somebody decides."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api import deciding
from api.services import Services
from storage.tables import Reason
from tests.api.world import World


def test_a_reason_written_anew_after_a_refusal_is_the_one_that_counts(
    services: Services, db: Session, world: World
) -> None:
    command_id, who = uuid4(), world.person("principal")
    texts = ("Sai điểm.", "Sai điểm.", "Sai nhận xét.")
    first, again, other = [deciding.note_reason(services, who, command_id, text) for text in texts]
    assert first == again != other
    assert db.get_one(Reason, UUID(other)).text == "Sai nhận xét."
