"""The connection to a remote service: who is trusted, how long and how much is waited for, what is sent twice."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import BaseModel, ValidationError

from signing.errors import ProviderUnavailable
from signing.providers.remote.csc_connection import CscSettings
from signing.providers.remote.https import ANSWER_LIMIT, Https, Reply
from tests.signing.providers.csc_https import Site, Tls

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Named(BaseModel):
    name: str


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def https(tls: Tls) -> Iterator[Https]:
    with closing(Https(tls.ca_bundle, 2.0)) as client:
        yield client


def site(tls: Tls, handler: Handler) -> Site:
    app = web.Application()
    app.router.add_post("/", handler)
    return Site(app, tls)


def answering(body: str | bytes, status: int = 200) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status)

    return handler


def test_a_json_object_goes_and_comes(tls: Tls, https: Https) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"name": (await request.json())["name"], "by": request.headers["x-by"]})

    with site(tls, echo) as served:
        reply = https.json(served.url, {"name": "Lớp 5A"}, {"x-by": "hocba"})
    assert reply == Reply(200, {"name": "Lớp 5A", "by": "hocba"})
    assert reply.read(Named) == Named(name="Lớp 5A")


def test_an_answer_of_another_shape_is_refused_without_being_quoted(tls: Tls, https: Https) -> None:
    with site(tls, answering('{"SAD": "bí mật"}')) as served:
        reply = https.json(served.url, {}, {})
    with pytest.raises(ProviderUnavailable, match="không đúng định dạng") as refused:
        reply.read(Named)
    assert "bí mật" not in f"{refused.value!r} {reply!r}"


def test_a_server_of_an_unknown_authority_is_refused(tls: Tls, tmp_path: Path) -> None:
    other = Tls.make(tmp_path)
    with site(tls, answering("{}")) as served, closing(Https(other.ca_bundle, 2.0)) as client:
        with pytest.raises(ProviderUnavailable, match="Không xác minh được máy chủ"):
            client.json(served.url, {}, {})
        with closing(Https(None, 2.0)) as public, pytest.raises(ProviderUnavailable, match="Không xác minh được"):
            public.json(served.url, {}, {})


def test_a_server_with_the_certificate_of_another_address_is_refused(tmp_path: Path) -> None:
    tls = Tls.make(tmp_path, "127.0.0.2")
    with (
        site(tls, answering("{}")) as served,
        closing(Https(tls.ca_bundle, 2.0)) as client,
        pytest.raises(ProviderUnavailable, match="Không xác minh được máy chủ"),
    ):
        client.json(served.url, {}, {})


@pytest.mark.parametrize("field", ["base_url", "oauth_url"])
def test_a_service_without_tls_cannot_be_configured(field: str) -> None:
    values = {"base_url": "https://ky-so.test", "client_id": "hocba", "client_secret": "bí mật"}
    with pytest.raises(ValidationError, match="URL scheme should be 'https'"):
        CscSettings.model_validate({**values, field: "http://ky-so.test"})


def test_version_1_cannot_be_configured_to_sign_later() -> None:
    values = {"base_url": "https://ky-so.test", "client_id": "hocba", "client_secret": "bí mật", "asynchronous": True}
    with pytest.raises(ValidationError, match="needs version 2"):
        CscSettings.model_validate({**values, "version": "1"})
    assert CscSettings.model_validate({**values, "version": "2"}).asynchronous


def test_a_server_that_is_down_is_unavailable(tls: Tls, https: Https) -> None:
    with site(tls, answering("{}")) as served:
        served.stop()
        with pytest.raises(ProviderUnavailable, match="Không kết nối được"):
            https.json(served.url, {}, {}, repeat=True)


def test_a_server_that_does_not_answer_in_time_is_unavailable(tls: Tls, https: Https) -> None:
    calls = []

    async def slow(_: web.Request) -> web.Response:
        calls.append(1)
        await asyncio.sleep(10)
        return web.json_response({})

    with site(tls, slow) as served, pytest.raises(ProviderUnavailable, match="không trả lời kịp"):
        https.json(served.url, {}, {}, repeat=True, timeout=0.5)
    assert len(calls) == 1


def test_a_server_that_answers_drop_by_drop_is_not_waited_for(tls: Tls, https: Https) -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(20):
            await response.write(b" ")
            await asyncio.sleep(0.1)
        return response

    with site(tls, dripping) as served, pytest.raises(ProviderUnavailable, match="không trả lời kịp"):
        https.json(served.url, {}, {}, timeout=0.3)


@pytest.mark.parametrize("status", [500, 501, 503, 429])
def test_a_server_in_trouble_is_unavailable(tls: Tls, https: Https, status: int) -> None:
    with site(tls, answering("{}", status)) as served, pytest.raises(ProviderUnavailable, match="đang gặp sự cố"):
        https.json(served.url, {}, {})


@pytest.mark.parametrize(
    "body",
    ["<html>", "[]", "7", b"\xff\xfe", "[" * 100_000],
    ids=["HTML", "a list", "a number", "not text", "too deep"],
)
def test_an_answer_that_is_no_json_object_is_unavailable(tls: Tls, https: Https, body: str | bytes) -> None:
    with site(tls, answering(body)) as served, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        https.json(served.url, {}, {})


def test_an_answer_that_is_too_long_is_not_read(tls: Tls, https: Https) -> None:
    async def long(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in [b'{"name": "', *[b"a" * (ANSWER_LIMIT // 16)] * 16, b'"}']:
            await response.write(piece)
        return response

    with site(tls, long) as served, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        https.json(served.url, {}, {})


def test_a_service_is_asked_not_to_compress(tls: Tls, https: Https) -> None:
    async def as_you_like(_: web.Request) -> web.Response:
        response = web.json_response({"name": "Lớp 5A"})
        response.enable_compression()
        return response

    with site(tls, as_you_like) as served:
        assert https.json(served.url, {}, {}).body == {"name": "Lớp 5A"}


def test_a_compressed_answer_is_not_expanded(tls: Tls, https: Https) -> None:
    async def compressed(_: web.Request) -> web.Response:
        response = web.json_response({"name": "Lớp 5A"})
        response.enable_compression(web.ContentCoding.gzip)
        return response

    with site(tls, compressed) as served, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        https.json(served.url, {}, {})


def test_a_refusal_may_come_without_json_and_an_answer_without_content(tls: Tls, https: Https) -> None:
    with site(tls, answering("404: Not Found", 404)) as served:
        assert https.json(served.url, {}, {}) == Reply(404, {})
    with site(tls, answering("", 204)) as served:
        assert https.json(served.url, {}, {}) == Reply(204, {})


def test_a_redirection_is_not_followed(tls: Tls, https: Https) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("https://127.0.0.1:1/")

    with site(tls, elsewhere) as served, pytest.raises(ProviderUnavailable, match="không đúng định dạng"):
        https.json(served.url, {"PIN": "482913"}, {})


@pytest.mark.parametrize("calls", [1, 2])
def test_a_broken_connection_is_tried_again_only_if_that_was_allowed(tls: Tls, https: Https, calls: int) -> None:
    seen = []

    async def breaking(request: web.Request) -> web.Response:
        seen.append(1)
        assert request.transport
        request.transport.abort()
        return web.json_response({})

    with site(tls, breaking) as served, pytest.raises(ProviderUnavailable, match="Không kết nối được"):
        https.json(served.url, {}, {}, repeat=calls == 2)
    assert len(seen) == calls


def test_proxies_of_the_environment_are_not_used(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    with site(tls, answering("{}")) as served, closing(Https(tls.ca_bundle, 2.0)) as client:
        assert client.json(served.url, {}, {}).status == 200
