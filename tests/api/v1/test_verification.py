"""Anybody may have a file checked."""

from domain.curriculum import PRINCIPAL
from tests.api.classroom import Classroom
from tests.api.conftest import As


async def test_a_stranger_learns_whether_a_sealed_paper_is_genuine_and_in_force(issued: Classroom, as_: As) -> None:
    lines = (await issued.as_(PRINCIPAL).get(f"/api/v1/class-terms/{issued.id}/documents")).json()
    [summary] = [line for line in lines if line["sealed_at"]]
    pdf = (await issued.as_(PRINCIPAL).get(f"/api/v1/documents/{summary['document_id']}")).content
    stranger = issued.as_("nobody")
    stranger.headers.pop("Authorization", None)
    answer = (await stranger.post("/api/v1/verify", content=pdf)).json()
    assert (answer["verdict"], answer["standing"]) == ("valid", "in_force")
    assert [each["field"] for each in answer["signatures"]] == ["homeroom", "principal", "seal"]
    assert answer["signatures"][2]["proof"] == "time_stamp"
    english = (await stranger.post("/api/v1/verify?lang=en", content=pdf)).json()
    assert english["signatures"][2]["role"] == "The school's seal"
    forged = (await stranger.post("/api/v1/verify", content=pdf[:-30] + b"x" * 30)).json()
    assert forged["verdict"] == "invalid"
    cut = (await stranger.post("/api/v1/verify", content=pdf + b"\n%more")).json()
    assert (cut["verdict"], cut["standing"]) == ("invalid", None)


async def test_what_is_no_document_is_refused_in_words(as_: As) -> None:
    for junk in (b"", b"GIF89a", b"PK\x03\x04 no container"):
        answer = await as_("nobody").post("/api/v1/verify", content=junk)
        assert answer.status_code == 422
        assert answer.json()["detail"].endswith(".")
    huge = await as_("nobody").post("/api/v1/verify", content=bytes(25 * 1024 * 1024))
    assert (huge.status_code, "quá lớn" in huge.json()["detail"]) == (422, True)
