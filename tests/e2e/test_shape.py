"""More than one machine's worth of processes: what assumes to be alone would show here."""

import asyncio
import json
import secrets
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from activities.upkeep import Chore
from api.guard import SAFE_COOKIE
from api.live import TOPICS
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from signing.verification.verify import verify
from storage import demo
from storage.buckets import Bucket
from storage.objects import Objects
from storage.tables import CertificateRow, Document, School
from tests.api.classroom import make_classroom
from tests.api.doors import give_password, sign_in
from tests.database import another_database
from tests.e2e.shape import HSM, PATIENCE, FarClassroom, Site, installed
from tests.factories import SUBJECTS
from tests.s3_server import S3Server
from tests.signing.conftest import tool
from workflows.upkeep import schedule_id


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(postgres_url: str, s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("shape")
    async with installed(folder, another_database(postgres_url, "shape"), s3_server) as site:
        yield site


@pytest.fixture(scope="module")
def room(site: Site) -> FarClassroom:
    return FarClassroom(**vars(make_classroom(None, site.sessions, site.keys)), site=site)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def login(site: Site, room: FarClassroom) -> str:
    """Of a subject teacher, who needs no second factor."""
    with Session(site.sessions.kw["bind"].engine, expire_on_commit=False) as session:
        demo.account(session, room.cast.music)
        return give_password(session, room.cast.music).login


async def test_the_proxy_speaks_tls_and_leads_there(site: Site) -> None:
    async with httpx.AsyncClient(trust_env=False) as plain:
        answer = await plain.get(f"{site.plain}/dang-nhap?back=/x")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://127.0.0.1/dang-nhap?back=/x"
    async with site.visitor() as visitor:
        answer = await visitor.get("/dang-nhap")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["Server"] == "nginx"


def test_an_old_tls_is_refused(site: Site) -> None:
    def greeted(version: ssl.TLSVersion) -> str | None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")  # this side would take it
        context.minimum_version = context.maximum_version = version
        address = httpx.URL(site.proxy)
        with (
            socket.create_connection((address.host, address.port or 443)) as connection,
            context.wrap_socket(connection) as secured,
        ):
            return secured.version()

    assert greeted(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.warns(DeprecationWarning, match="TLSv1_1"), pytest.raises(ssl.SSLError):
        greeted(ssl.TLSVersion.TLSv1_1)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/x", "/readyz", "/healthz"])
async def test_what_is_for_watchers_is_not_for_the_world(site: Site, path: str) -> None:
    async with site.visitor() as visitor:
        assert (await visitor.get(path)).status_code == 404


async def test_an_upload_stops_where_the_api_stops_it(site: Site) -> None:
    async with site.visitor() as visitor:
        over = await visitor.post("/kiem-tra", content=bytes(33 * 1024 * 1024))
        assert over.status_code == 413
        assert b"nginx" in over.content
        files = {"tep": ("a.pdf", bytes(31 * 1024 * 1024))}
        within = await visitor.post("/kiem-tra", files=files)
    assert b"nginx" not in within.content  # whatever is said of it, the application says it


async def test_a_session_and_its_forms_hold_at_every_api(site: Site, login: str) -> None:
    async with site.visitor() as browser:
        assert (await sign_in(browser, login)).status_code == 303
        cookie = f"{SAFE_COOKIE}={browser.cookies[SAFE_COOKIE]}"
    first, second = (site.inside(api) for api in site.apis)
    async with first, second:
        for each in (first, second):
            each.headers["Cookie"] = cookie
        token = await _form_token(first)
        assert await _form_token(second) == token
        assert (await second.post("/dang-xuat", data={"csrf_token": "x"})).status_code == 403
        assert (await second.post("/dang-xuat", data={"csrf_token": token})).status_code == 303
        assert (await first.get("/")).headers["Location"].startswith("/dang-nhap")


async def _form_token(client: httpx.AsyncClient) -> str:
    page = await client.get("/tai-khoan", headers={"Accept": "text/html"})
    assert page.status_code == 200
    return page.text.partition('"X-CSRF-Token": "')[2].partition('"')[0]


async def test_guesses_at_all_apis_are_counted_together(site: Site) -> None:
    first, second = (site.inside(api) for api in site.apis)
    async with first, second:
        for client in (first, second, first, second, first):
            assert (await sign_in(client, "khong-ai-ca", "sai mật khẩu")).status_code == 422
        for client in (second, first):
            assert (await sign_in(client, "khong-ai-ca", "sai mật khẩu")).status_code == 429


async def test_whoever_says_where_he_comes_from_is_not_believed(site: Site) -> None:
    """Guesses are counted by network: were the header passed on, each would come from another."""
    async with site.visitor() as stranger:
        answers = []
        for number in range(6):
            stranger.headers["X-Forwarded-For"] = f"203.0.113.{number}"
            answers.append((await sign_in(stranger, "cung-khong-ai", "sai mật khẩu")).status_code)
    assert answers == [422] * 5 + [429]


async def test_what_changes_at_any_api_is_told_through_the_proxy(site: Site, room: FarClassroom, login: str) -> None:
    await room.open()
    async with site.visitor() as browser:
        assert (await sign_in(browser, login)).status_code == 303
        async with (
            asyncio.timeout(PATIENCE),
            browser.stream("GET", "/truc-tiep", headers={"Accept": "text/event-stream"}) as answer,
        ):
            lines = answer.aiter_lines()
            assert set(await _told(lines)) == TOPICS  # the API listens from now on, and does not know what it missed
            for api, slot in zip(site.apis, ("am_nhac", "toan"), strict=True):
                await _touch(site, room, api, slot)
                assert await _told(lines) == ["entry"]


async def _told(lines: AsyncIterator[str]) -> list[str]:
    async for line in lines:
        if line.startswith("data: {"):
            topics: list[str] = json.loads(line.removeprefix("data: "))["topics"]
            return topics
    raise AssertionError


async def _touch(site: Site, room: FarClassroom, api: str, slot: str) -> None:
    async with site.inside(api) as client:
        client.headers["Authorization"] = f"Bearer {room.tokens.get(slot, room.tokens[HOMEROOM])}"
        cells = room.cells(slot, room.records)
        answer = await client.put(f"/api/v1/class-terms/{room.id}/cells/{slot}", json={"cells": cells})
        assert answer.status_code == 200


def give_seal(site: Site, school_id: object, folder: Path) -> str:
    """The school's key lies in an HSM and nowhere else; returns the PIN."""
    token, key_id = site.hsm.token("SCHOOL"), secrets.token_bytes(8)
    with site.sessions.begin() as session:
        school = session.get_one(School, school_id)
        issued = site.keys.authority.issue_organisation(school.name, school.code)
        file = folder / "seal.pem"
        file.write_bytes(issued.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        command = [tool("softhsm2-util"), "--module", str(site.hsm.module), "--import", str(file), "--token", "SCHOOL"]
        more = ["--label", "container", "--id", key_id.hex(), "--pin", token.pin.get_secret_value()]
        subprocess.run(command + more, check=True, capture_output=True)
        file.unlink()
        token.store(issued.certificate, "SEAL", key_id)
        session.execute(delete(CertificateRow).where(CertificateRow.school_id == school_id))
        session.add(
            CertificateRow(
                sha256=issued.certificate.fingerprint(hashes.SHA256()).hex(), provider=HSM, key_ref="SCHOOL/SEAL",
                not_before=issued.certificate.not_valid_before_utc, not_after=issued.certificate.not_valid_after_utc,
                chain_pem="".join(each.public_bytes(Encoding.PEM).decode() for each in issued.certificates),
                school_id=school_id,
            )
        )  # fmt: skip
    return token.pin.get_secret_value()


async def test_a_class_is_carried_on_by_whoever_is_left_and_sealed_in_the_hsm(site: Site, tmp_path: Path) -> None:
    room = FarClassroom(**vars(make_classroom(None, site.sessions, site.keys)), site=site)  # type: ignore[arg-type]
    pin = give_seal(site, room.cast.school.school_id, tmp_path)
    await room.open()
    site.processes.stop("api-2")
    await room.review_all()
    await room.sign("sign", "am_nhac")
    site.processes.stop("first")
    assert "worker stopped" in site.processes.log("first")
    await room.sign("sign", *(slot for slot in SUBJECTS if slot != "am_nhac"))
    await room.sign("sign", HOMEROOM)
    await room.sign("approve", PRINCIPAL)
    await room.sign("seal", SEAL, passphrase=pin)
    with site.sessions() as session:
        papers = session.scalars(select(Document).where(Document.sealed_at.is_not(None))).all()
    objects = Objects(
        Bucket(site.buckets[0], "", site.s3.url, "us-east-1", site.s3.access_key_id, site.s3.secret_access_key)
    )
    assert papers
    for paper in papers:
        found = verify(objects.get(paper.sha256), [site.keys.authority.root])
        assert found.holds, found
    stored = site.s3.client().list_object_versions(Bucket=site.buckets[0])["Versions"]
    assert len({each["Key"] for each in stored}) == len(stored)  # nothing was written twice


async def test_the_history_log_is_published_from_the_bucket(site: Site) -> None:
    await site.client.get_schedule_handle(schedule_id(Chore.PUBLISH)).trigger()
    async with asyncio.timeout(PATIENCE), site.visitor() as anybody:
        answer = await anybody.get("/history/checkpoint")
        while answer.status_code == httpx.codes.NOT_FOUND:
            await asyncio.sleep(0.2)
            answer = await anybody.get("/history/checkpoint")
        assert answer.headers["Cache-Control"] == "no-cache"
        tile = await anybody.get(f"/history/tile/0/000.p/{answer.text.splitlines()[1]}")
        assert "immutable" in tile.headers["Cache-Control"]
        assert len(tile.content) == 32 * int(answer.text.splitlines()[1])
        assert (await anybody.get("/history/../keys/history.key")).status_code == 404
        assert (await anybody.post("/history/checkpoint")).status_code == 405


async def test_the_proxys_log_names_nobody_and_nothing(site: Site) -> None:
    async with site.visitor() as visitor:
        await visitor.get("/tra-cuu?q=Nguyễn")
        await visitor.get("/lien-ket/a-secret-token")
    log = site.processes.log("proxy/access")
    assert " GET /lien-ket 404 " in log
    for hidden in ("?", "a-secret-token", "Nguy", "127.0.0.1", "/api/v1/"):
        assert hidden not in log
    assert not site.processes.log("proxy/error")
