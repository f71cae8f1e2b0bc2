"""How refusals and faults are answered: RFC 9457 problem details that repeat no value and give nothing away."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from temporalio.exceptions import ApplicationError

from api import bodies
from api.answers import as_refusal
from api.errors import Unavailable
from domain.errors import Conflict, DomainError, Incomplete, Invalid, NotAllowed, NotFound
from signing.errors import SigningFailed
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.protection import assert_protected
from tests.api.world import World

SECRET = "Nguyễn Thị Bí Mật"
JSON = {"Content-Type": "application/json"}


def command(world: World, **more: object) -> dict[str, object]:
    return {"command_id": str(uuid4()), "record_ids": list(world.records[:1]), **more}


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"cells": [{"record_id": SECRET}]}, "body.cells.0.record_id", "Mã hồ sơ (mục 1): không đúng dạng."),
        ({"cells": [{"value": "a" * 4001}]}, "body.cells.0.value", "Nội dung (mục 1): không được dài quá 4000 ký tự."),
        ({"cells": [{"value": SECRET + "\x00"}]}, "body.cells.0.value", "Nội dung (mục 1): có ký tự không dùng được."),
        ({"cells": [{"kind": SECRET}]}, "body.cells.0.kind", "Loại ô (mục 1): không thuộc các giá trị cho phép."),
        ({"cells": []}, "body.cells", "Danh sách ô: phải có ít nhất 1 mục."),
        ({"cells": [], "note": SECRET}, "body.note", "Một thông tin gửi kèm: không dùng ở đây."),
        ({}, "body.cells", "Danh sách ô: chưa có."),
        ([SECRET], "body", "Nội dung gửi lên: không đúng dạng."),
    ],
)
async def test_bad_input_names_the_field_and_repeats_no_value(
    as_: As, world: World, body: object, field: str, words: str
) -> None:
    answer = await as_("homeroom").put(f"/api/v1/class-terms/{world.class_term_id}/cells/toan", json=body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert words in [each["message"] for each in answer.json()["errors"] if each["path"] == field]
    assert "body" not in answer.json()["detail"]
    assert SECRET not in answer.text


async def test_of_many_faults_the_first_are_told_and_the_others_counted(as_: As, world: World) -> None:
    answer = await as_("homeroom").put(f"/api/v1/class-terms/{world.class_term_id}/cells/toan", json={"cells": [{}]})
    assert answer.json()["detail"] == (
        "Nội dung đánh giá (mục 1): chưa có. Loại ô (mục 1): chưa có. Thời điểm đánh giá (mục 1): chưa có. "
        "Còn 3 lỗi khác."
    )
    assert len(answer.json()["errors"]) == 6


@pytest.mark.parametrize(
    ("verb", "more", "field"),
    [
        ("submit", {"slot": "Toán học"}, "body.slot"),
        ("submit", {"slot": "toan", "command_id": "1"}, "body.command_id"),
        ("submit", {"slot": "toan", "record_ids": []}, "body.record_ids"),
        ("submit", {"slot": "toan", "record_ids": [str(uuid4())] * 2}, "body.record_ids"),
        ("return", {"slot": "homeroom", "to_slot": "toan", "reason": "  x "}, "body.reason"),
        ("return", {"slot": "homeroom", "to_slot": "toan", "reason": "Sai\u0000điểm"}, "body.reason"),
        ("hold", {"slot": "toan", "reason": "Chờ giấy tờ."}, "body.slot"),
        ("deadline", {"policy_version": 2, "due_at": "2027-02-01T00:00:00"}, "body.due_at"),
    ],
)
async def test_a_command_out_of_form_is_refused(
    as_: As, world: World, approvals: FakeApprovals, verb: str, more: dict[str, object], field: str
) -> None:
    body = command(world) | more
    answer = await as_("homeroom").post(f"/api/v1/class-terms/{world.class_term_id}/{verb}", json=body)
    assert answer.status_code == 422
    assert field in [each["path"] for each in answer.json()["errors"]]
    assert approvals.decided == {}


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"cells": "\\ud800"}'])
async def test_a_body_that_is_no_json_is_refused(as_: As, world: World, content: bytes) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/cells/toan"
    answer = await as_("homeroom").put(path, content=content, headers=JSON)
    assert answer.status_code == 422
    assert "body" not in answer.json()["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("value", ["Tốt\u0000", "\u001b[31mTốt", "\ud800"])
async def test_what_cannot_be_printed_cannot_be_entered(as_: As, world: World, value: str) -> None:
    cell = {
        "record_id": world.records[0],
        "item": "toan",
        "point": "end_hk1",
        "kind": "comment",
        "value": value,
        "version": 0,
    }
    row = {"record_id": world.records[0], "health": value, "version": 0}
    for part, body in (("cells/toan", {"cells": [cell]}), ("attendance", [row])):
        path = f"/api/v1/class-terms/{world.class_term_id}/{part}"
        answer = await as_("homeroom").put(path, content=json.dumps(body), headers=JSON)
        assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/static/../api/main.py", "/static/nowhere.css"])
async def test_what_is_not_there_is_a_404(as_: As, path: str) -> None:
    answer = await as_("principal").get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_wrong_method_is_told_the_right_ones(as_: As) -> None:
    answer = await as_("principal").delete("/api/v1/class-terms")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET"}


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotAllowed, 403), (NotFound, 404), (Conflict, 409), (Incomplete, 422), (Invalid, 422), (SigningFailed, 409),
    ],
)  # fmt: skip
async def test_a_refusal_of_the_rules_names_its_records(
    as_: As, world: World, approvals: FakeApprovals, refusal: type[DomainError], status: int
) -> None:
    approvals.refuses = refusal("Chưa làm được.", world.records)
    answer = await as_("homeroom").post(f"/api/v1/class-terms/{world.class_term_id}/review", json=command(world))
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert problem["type"] == f"urn:hocba:{refusal.code}"
    assert problem["detail"] == "Chưa làm được."
    assert problem["record_ids"] == list(world.records)


def test_an_order_of_which_nothing_could_be_signed_names_whose_paper_failed(world: World) -> None:
    raised = ApplicationError("Không ký được hồ sơ nào.", list(world.records[:1]), type="SigningFailed")
    answer = as_refusal(raised)
    assert isinstance(answer, SigningFailed)
    assert (answer.message, answer.record_ids) == ("Không ký được hồ sơ nào.", world.records[:1])


async def test_a_part_that_does_not_answer_asks_to_be_asked_again(
    as_: As, world: World, approvals: FakeApprovals
) -> None:
    approvals.refuses = Unavailable()
    answer = await as_("homeroom").post(f"/api/v1/class-terms/{world.class_term_id}/review", json=command(world))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["type"] == "urn:hocba:Unavailable"


async def test_a_fault_of_ours_says_nothing_of_its_cause(app: FastAPI, world: World, approvals: FakeApprovals) -> None:
    approvals.refuses = ValueError(SECRET)
    # As under a real server: the fault is answered, then logged.
    transport = ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))
    client = AsyncClient(transport=transport, base_url="http://127.0.0.1")
    client.headers["Authorization"] = f"Bearer {world.tokens['homeroom']}"
    answer = await client.post(f"/api/v1/class-terms/{world.class_term_id}/review", json=command(world))
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:hocba:Broken"
    assert SECRET not in answer.text
    assert_protected(answer)


@pytest.mark.parametrize("path", ["/", "/board", "/healthz", "/openapi.json", "/static/hocba.css", "/nowhere"])
@pytest.mark.parametrize("person", ["principal", "nobody"])
async def test_every_answer_bears_the_security_headers(as_: As, path: str, person: str) -> None:
    assert_protected(await as_(person).get(path))


@pytest.mark.parametrize(
    ("path", "content_type", "limit"),
    [
        ("/dang-nhap", "application/x-www-form-urlencoded", bodies.READ_WHOLE),
        ("/api/v1/comment-phrases", "application/json", bodies.READ_WHOLE),
        ("/dang-nhap", "multipart/form-data; boundary=x", bodies.READ_BY_ROUTES),
    ],
)
async def test_a_stranger_cannot_make_the_server_read_without_end(
    as_: As, path: str, content_type: str, limit: int
) -> None:
    """Bodies are read before anybody is asked who he is."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield (
            b"--x\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n"
            if "multipart" in content_type
            else b"["
        )
        while read < 2 * limit:
            read += bodies.MIB
            yield b" " * bodies.MIB

    answer = await as_("nobody").post(path, content=endless(), headers={"Content-Type": content_type})
    assert answer.status_code in {413, 422}
    assert read <= limit + bodies.MIB


async def test_what_no_table_holds_is_refused_in_words(as_: As) -> None:
    for login in ("a\x00b", "\x00"):
        answer = await as_("nobody").post("/dang-nhap", data={"login": login, "password": "x"})
        assert answer.status_code == 422
        assert login not in answer.text
