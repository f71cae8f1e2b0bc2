"""Certificates, evidence, the school's picture of its seal, and the public history log."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import update
from sqlalchemy.orm import Session

from api.services import Services
from storage import registration
from storage.tables import CertificateRow, School
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import OpenBook
from tests.storage.papers import make_document


async def listed(as_: As, person: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await as_(person).get("/api/v1/certificates")).json()
    return found


async def test_offices_see_the_school_s_certificates_and_teachers_their_own(as_: As, world: World) -> None:
    assert len(await listed(as_, "admin")) == 3
    assert {line["owner"] for line in await listed(as_, "clerk")} > {None}
    [own] = await listed(as_, "homeroom")
    assert own["state"] == "valid"
    assert await listed(as_, "other") == []
    assert await listed(as_, "foreigner") == []


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"not_after": timedelta(days=59)}, "expiring"),
        ({"not_after": timedelta(seconds=-1)}, "expired"),
        ({"not_before": timedelta(days=1)}, "not_yet"),
        ({"state": "suspended"}, "suspended"),
        ({"state": "revoked"}, "revoked"),
    ],
)
async def test_a_certificate_is_a_state_with_dates(
    as_: As, db: Session, world: World, values: dict[str, object], state: str
) -> None:
    now = datetime.now(UTC)
    dated = {name: now + value if isinstance(value, timedelta) else value for name, value in values.items()}
    db.execute(update(CertificateRow).where(CertificateRow.staff_id == world.cast.homeroom).values(**dated))
    db.commit()
    [own] = await listed(as_, "homeroom")
    assert own["state"] == state


def test_a_new_certificate_replaces_the_older_one(db: Session, world: World) -> None:
    old = db.query(CertificateRow).filter_by(staff_id=world.cast.homeroom).one()
    now = datetime.now(UTC)
    new = CertificateRow(
        staff_id=world.cast.homeroom, sha256="d" * 64, key_ref="new", chain_pem="", not_before=now,
        not_after=now + timedelta(days=900),
    )  # fmt: skip
    registration.add_certificate(db, new, now)
    registration.add_certificate(db, new, now)
    db.expire_all()
    assert (old.state, old.state_since, new.state) == ("replaced", now, "valid")
    schools = db.query(CertificateRow).filter_by(school_id=world.school.school_id).one()
    assert schools.state == "valid"


async def test_evidence_is_given_once_a_stamp_covers_the_document(
    as_: As, db: Session, book: OpenBook, services: Services
) -> None:
    document = make_document(book, sha256=services.objects.put(b"%PDF-1.7 evidence"))
    db.commit()
    address = f"/api/v1/documents/{document.id}/evidence"
    early = await as_("principal").get(address)
    assert (early.status_code, "chưa có bằng chứng" in early.json()["detail"]) == (404, True)


def png(ink: tuple[int, int, int, int]) -> bytes:
    picture = Image.new("RGBA", (300, 300))
    ImageDraw.Draw(picture).ellipse((10, 10, 290, 290), outline=ink, width=20)
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


async def test_the_clerk_gives_the_picture_of_the_seal(as_: As, db: Session, world: World) -> None:
    red = png((200, 10, 20, 255))
    assert (await as_("clerk").put("/api/v1/school/seal-image", content=red)).status_code == 204
    db.expire_all()
    assert db.get_one(School, world.school.school_id).seal_image_sha256 is not None
    for wrong in (png((0, 0, 200, 255)), b"GIF89a", bytes(3 * 1024 * 1024)):
        answer = await as_("clerk").put("/api/v1/school/seal-image", content=wrong)
        assert answer.status_code == 422


@pytest.fixture
def checkpoint(services: Services) -> None:
    services.history.write("checkpoint", b"hocba.example/log\n")
    services.history.write("tile/0/x001/234.p/7", bytes(7 * 32))


@pytest.mark.usefixtures("checkpoint")
async def test_anyone_may_read_the_history_log(as_: As) -> None:
    assert (await as_("nobody").get("/history/checkpoint")).text == "hocba.example/log\n"
    for path in ("../pki/root.key", "tile/%2E%2E/checkpoint", "tile/0/999", "tile/0/x001/234.p/7/", "vkey", ""):
        assert (await as_("nobody").get(f"/history/{path}")).status_code == 404, path


@pytest.mark.usefixtures("checkpoint")
async def test_tiles_are_kept_for_good_and_checkpoints_asked_about(as_: As) -> None:
    tile = await as_("nobody").get("/history/tile/0/x001/234.p/7")
    assert (len(tile.content), "immutable" in tile.headers["Cache-Control"]) == (7 * 32, True)
    assert (await as_("nobody").get("/history/checkpoint")).headers["Cache-Control"] == "no-cache"
    assert (await as_("nobody").head("/history/checkpoint")).status_code == 200
    assert (await as_("nobody").put("/history/checkpoint", content=b"forged")).status_code == 405
