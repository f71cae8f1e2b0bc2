"""Time stamps asked of a running service: genuine ones are taken, every other answer has its own reason."""

import asyncio
import gzip
import hashlib
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.core import Sequence
from asn1crypto.tsp import PKIStatusInfo, TimeStampReq
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from signing.authority import DevelopmentAuthority, KeyKind
from signing.authority.certificates import Contents, Holder, certify, for_time_stamping, new_key, subject_name
from signing.authority.stamps import POLICY, TimeStampAuthority
from signing.errors import ProviderUnavailable
from signing.timestamps import TimeStampService
from signing.tokens import check_token
from signing.web_services import AnswerWrong, ClockWrong, ServiceRefused, ServiceTooSlow, ServiceUnreachable
from tests.signing.conftest import tool
from tests.signing.pki import Page, Stage, answering, closed_address, staged

DIGEST = hashlib.sha256("Học bạ thử".encode()).digest()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("pki")) as stage:
        yield stage


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.reset()
    return running


@pytest.fixture
def service(stage: Stage) -> Iterator[TimeStampService]:
    with closing(TimeStampService(f"{stage.url}/tsa", [stage.authority.root], timeout_s=5)) as opened:
        yield opened


@pytest.fixture
def hasty(stage: Stage) -> Iterator[TimeStampService]:
    with closing(TimeStampService(f"{stage.url}/tsa", [stage.authority.root], timeout_s=0.2)) as opened:
        yield opened


def own(stage: Stage) -> TimeStampAuthority:
    return TimeStampAuthority(stage.services.time_stamping, [stage.authority.issuing.certificate])


def stamping(authority: TimeStampAuthority, off: timedelta = timedelta()) -> Page:
    """A time-stamp service whose clock is off."""

    async def page(request: Request) -> Response:
        return Response(await authority.answer(await request.body(), datetime.now(UTC) + off))

    return page


def changing(authority: TimeStampAuthority, change: Callable[[TimeStampReq], None]) -> Page:
    """A time-stamp service that answers another question than it was asked."""

    async def page(request: Request) -> Response:
        question = TimeStampReq.load(await request.body())
        change(question)
        return Response(await authority.answer(question.dump(force=True), datetime.now(UTC)))

    return page


def refused(stage: Stage, page: Page, service: TimeStampService) -> ProviderUnavailable:
    stage.put("/tsa", page)
    with pytest.raises(ProviderUnavailable) as error:
        service.stamp(DIGEST)
    assert "127.0.0.1" in error.value.message
    assert stage.url not in error.value.message
    return error.value


def test_a_stamp_says_what_existed_and_when(stage: Stage, service: TimeStampService) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    token = service.stamp(DIGEST)
    assert (token.imprint, token.digest_algorithm, token.policy) == (DIGEST, "sha256", POLICY)
    assert before <= token.gen_time <= datetime.now(UTC)
    assert token.certificates[0] == stage.services.time_stamping.certificate


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
def test_stronger_digests_are_stamped_too(service: TimeStampService, algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"x").digest()
    assert service.stamp(digest, algorithm).imprint == digest


@pytest.mark.parametrize("kind", [KeyKind.RSA_2048, KeyKind.P_384])
def test_a_service_may_have_a_key_of_any_kind(tmp_path: Path, kind: KeyKind) -> None:
    with (
        staged(tmp_path, kind) as stage,
        closing(TimeStampService(f"{stage.url}/tsa", [stage.authority.root])) as service,
    ):
        assert service.stamp(DIGEST).imprint == DIGEST


def test_one_connection_serves_many_stamps(stage: Stage, service: TimeStampService) -> None:
    for _ in range(5):
        service.stamp(DIGEST)
    assert stage.asked["/tsa"] == 5
    assert len(stage.visitors) == 1


def test_several_threads_get_each_their_own_stamp(service: TimeStampService) -> None:
    digests = [hashlib.sha256(bytes([number])).digest() for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(service.stamp, digests))
    assert [token.imprint for token in tokens] == digests


def test_a_service_that_is_down_is_unreachable() -> None:
    address = f"{closed_address()}/tsa"
    with closing(TimeStampService(address, [])) as service, pytest.raises(ServiceUnreachable) as error:
        service.stamp(DIGEST)
    assert error.value.message == "Không kết nối được với dịch vụ cấp dấu thời gian 127.0.0.1."


def test_an_http_error_is_unreachable(stage: Stage, service: TimeStampService) -> None:
    error = refused(stage, answering(b"", status=503), service)
    assert isinstance(error, ServiceUnreachable)
    assert "503" in error.message


def test_a_redirect_is_not_followed(stage: Stage, service: TimeStampService) -> None:
    async def elsewhere(_: Request) -> Response:
        return Response(status_code=307, headers={"Location": f"{stage.url}/certs/root.der"})

    assert isinstance(refused(stage, elsewhere, service), ServiceUnreachable)
    assert list(stage.asked) == ["/tsa"]


def test_no_answer_in_time_is_too_slow(stage: Stage, hasty: TimeStampService) -> None:
    async def late(_: Request) -> Response:
        await asyncio.sleep(0.5)
        return Response()

    error = refused(stage, late, hasty)
    assert isinstance(error, ServiceTooSlow)
    assert "quá 0.2 giây" in error.message


def test_an_answer_that_trickles_is_too_slow(stage: Stage, hasty: TimeStampService) -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(8):
            await asyncio.sleep(0.05)
            yield b"\x30"

    async def trickle(_: Request) -> Response:
        return StreamingResponse(drops())

    assert isinstance(refused(stage, trickle, hasty), ServiceTooSlow)


def test_the_service_refuses_in_its_own_words(stage: Stage, service: TimeStampService) -> None:
    class Refusal(Sequence):  # type: ignore[misc]
        _fields = [("status", PKIStatusInfo)]  # noqa: RUF012

    answer = Refusal({"status": {"status": "rejection", "status_string": ["Hết hạn mức trong ngày"]}}).dump()
    error = refused(stage, answering(answer), service)
    assert isinstance(error, ServiceRefused)
    assert "Hết hạn mức trong ngày" in error.message


@pytest.mark.parametrize("answer", [b"", b"<html></html>", b"\x30\x03\x02\x01\x00"])
def test_what_is_no_time_stamp_is_wrong(stage: Stage, service: TimeStampService, answer: bytes) -> None:
    error = refused(stage, answering(answer, media_type="text/html"), service)
    assert isinstance(error, AnswerWrong)
    assert "không đọc được" in error.message


def test_an_answer_without_end_is_wrong(stage: Stage, service: TimeStampService) -> None:
    error = refused(stage, answering(b"\x30" * 1_000_000), service)
    assert isinstance(error, AnswerWrong)
    assert "dài bất thường" in error.message


def test_a_packed_answer_is_not_unpacked(stage: Stage, service: TimeStampService) -> None:
    plain = stamping(own(stage))

    async def packed(request: Request) -> Response:
        answer = await plain(request)
        return Response(gzip.compress(answer.body), headers={"Content-Encoding": "gzip"})

    assert isinstance(refused(stage, packed, service), AnswerWrong)


def test_a_stamp_over_something_else_is_wrong(stage: Stage, service: TimeStampService) -> None:
    def other(question: TimeStampReq) -> None:
        question["message_imprint"]["hashed_message"] = bytes(32)

    error = refused(stage, changing(own(stage), other), service)
    assert isinstance(error, AnswerWrong)
    assert "cấp cho dữ liệu khác" in error.message


def test_an_answer_to_an_earlier_question_is_wrong(stage: Stage, service: TimeStampService) -> None:
    def other(question: TimeStampReq) -> None:
        question["nonce"] = 7

    error = refused(stage, changing(own(stage), other), service)
    assert isinstance(error, AnswerWrong)
    assert "một yêu cầu khác" in error.message


def test_a_service_under_another_root_is_wrong(tmp_path: Path, stage: Stage, service: TimeStampService) -> None:
    other = DevelopmentAuthority.open(tmp_path, KeyKind.P_256, stage.url)
    assert other.services is not None
    page = stamping(TimeStampAuthority(other.services.time_stamping, [other.issuing.certificate]))
    error = refused(stage, page, service)
    assert isinstance(error, AnswerWrong)
    assert "không do tổ chức được tin cậy cấp" in error.message


def test_a_service_whose_certificate_has_expired_is_wrong(stage: Stage, service: TimeStampService) -> None:
    key, now = new_key(KeyKind.P_256), datetime.now(UTC)
    span = (now - timedelta(days=30), now - timedelta(days=1))
    contents = Contents(subject_name((NameOID.COMMON_NAME, "TSA")), key.public_key(), span, for_time_stamping())
    issuing = stage.authority.issuing
    page = stamping(TimeStampAuthority(Holder(key, certify(contents, issuing)), [issuing.certificate]))
    error = refused(stage, page, service)
    assert isinstance(error, AnswerWrong)
    assert "đã hết hạn" in error.message


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_is_noticed(stage: Stage, service: TimeStampService, minutes: int) -> None:
    error = refused(stage, stamping(own(stage), timedelta(minutes=minutes)), service)
    assert isinstance(error, ClockWrong)


@pytest.mark.parametrize("seconds", [-100, 100])
def test_a_clock_a_little_off_is_tolerated(stage: Stage, service: TimeStampService, seconds: int) -> None:
    stage.put("/tsa", stamping(own(stage), timedelta(seconds=seconds)))
    assert service.stamp(DIGEST).imprint == DIGEST


def test_a_policy_asked_for_is_granted_or_refused(stage: Stage) -> None:
    address, roots = f"{stage.url}/tsa", [stage.authority.root]
    with closing(TimeStampService(address, roots, policy=POLICY)) as service:
        assert service.stamp(DIGEST).policy == POLICY
    other = TimeStampService(address, roots, policy="1.2.3")
    with closing(other), pytest.raises(ServiceRefused, match="unaccepted_policy"):
        other.stamp(DIGEST)


def test_a_service_that_ignores_the_policy_is_wrong(stage: Stage) -> None:
    def forget(question: TimeStampReq) -> None:
        question["req_policy"] = None

    with closing(TimeStampService(f"{stage.url}/tsa", [stage.authority.root], policy="1.2.3")) as service:
        error = refused(stage, changing(own(stage), forget), service)
    assert isinstance(error, AnswerWrong)
    assert "chính sách khác" in error.message


def test_a_service_that_leaves_its_issuer_out_is_taken_if_the_issuer_is_known(
    stage: Stage, service: TimeStampService
) -> None:
    lonely = stamping(TimeStampAuthority(stage.services.time_stamping, []))
    assert isinstance(refused(stage, lonely, service), AnswerWrong)
    issuing = stage.authority.issuing.certificate
    address, roots = f"{stage.url}/tsa", [stage.authority.root]
    with closing(TimeStampService(address, roots, intermediates=[issuing])) as knowing:
        assert knowing.service_certificates() == (stage.services.time_stamping.certificate, issuing)


def test_the_certificates_of_the_service_are_learnt_from_one_stamp(stage: Stage, service: TimeStampService) -> None:
    issuing = stage.authority.issuing.certificate
    assert service.service_certificates() == (stage.services.time_stamping.certificate, issuing)
    assert stage.asked["/tsa"] == 1


def test_a_stamp_holds_offline_and_for_openssl(stage: Stage, service: TimeStampService, tmp_path: Path) -> None:
    token, roots = service.stamp(DIGEST), [stage.authority.root]
    assert check_token(token.der, DIGEST, roots, at=datetime.now(UTC) + timedelta(days=365)) == token
    (tmp_path / "token.der").write_bytes(token.der)
    (tmp_path / "root.pem").write_bytes(stage.authority.root.public_bytes(Encoding.PEM))
    command = [tool("openssl"), "ts", "-verify", "-digest", DIGEST.hex(), "-token_in", "-in", "token.der"]
    said = subprocess.run([*command, "-CAfile", "root.pem"], cwd=tmp_path, capture_output=True, check=False)
    assert b"Verification: OK" in said.stdout + said.stderr
