"""Papers that waited for their signatures when the backup was made."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from cli.keeping import places
from cli.keeping.shelf import Shelf
from config.settings import Settings
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from storage.database import make_engine, make_sessions
from storage.objects import ObjectMissing, Objects
from storage.tables import OrderItem
from tests.factories import make_class, make_school, open_book
from tests.keeping.small import PAPERS, Small, bring_back
from tests.storage.papers import make_order


def wait_for_signatures(small: Small, papers: Sequence[bytes]) -> list[str]:
    """An order of a school whose papers were prepared, and wait for the principal."""
    store = Objects(places.local(small.settings.object_store)).prepared
    names = [store.put(paper) for paper in papers]
    engine = make_engine(small.settings.database_url)
    with make_sessions(engine).begin() as session:
        order = make_order(open_book(session, make_class(session, make_school(session, 2))), Action.APPROVE, PRINCIPAL)
        items = [
            OrderItem(
                order_id=order.id, position=position, document_id=uuid4(), kind="class_summary", part=position,
                lookup_code=str(position), covers=[], content_sha256="a" * 64, prepared_sha256=name,
                document_digest=b"digest", attrs_der=b"attributes", outcome="pending",
            )
            for position, name in enumerate(names)
        ]  # fmt: skip
        session.add_all(items)
    engine.dispose()
    return names


async def test_papers_that_wait_for_their_signatures_come_back_and_a_damaged_one_is_named(
    small: Small, tmp_path: Path, elsewhere: Settings
) -> None:
    sound, damaged = wait_for_signatures(small, [b"prepared", b"prepared, and damaged since"])
    path = places.local(small.settings.object_store) / "prepared" / damaged[:2] / damaged
    path.write_bytes(b"something else")
    taken = Small(small.settings, small.names, Shelf(tmp_path / "backups")).back_up()
    assert (taken.manifest.damaged, taken.manifest.documents) == ((damaged,), len(PAPERS))
    await bring_back(elsewhere, taken.folder)
    restored = Objects(places.local(elsewhere.object_store))
    assert restored.prepared.get(sound) == b"prepared"
    for store, name in ((restored.prepared, damaged), (restored, sound)):
        with pytest.raises(ObjectMissing):
            store.get(name)
