"""The authority's services as OpenSSL and strangers see them: right answers, and a proper "no" to whatever is wrong."""

import base64
import hashlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from asn1crypto.ocsp import OCSPRequest as Asn1Request
from asn1crypto.tsp import TimeStampReq
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind
from signing.authority.stamps import POLICY
from signing.pki_services import app_from_folder, pki_app
from signing.tokens import TokenFault, TokenInvalid, read_token, token_of_response
from tests.signing.conftest import tool
from tests.signing.pki import Stage, staged

DIGEST = hashlib.sha256("Học bạ thử".encode()).digest()
SHA1 = hashes.SHA1()  # noqa: S303 - what OCSP clients use for names


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("pki")) as running:
        yield running


@pytest.fixture
def person(stage: Stage) -> IssuedKey:
    return stage.authority.issue_person("Giáo viên thử", "079190000011")


def question(stage: Stage, certificate: x509.Certificate, algorithm: hashes.HashAlgorithm = SHA1) -> bytes:
    issuing = stage.authority.issuing.certificate
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuing, algorithm).build()
    return request.public_bytes(Encoding.DER)


def asked(stage: Stage, der: bytes) -> ocsp.OCSPResponse:
    answer = httpx.post(f"{stage.url}/ocsp", content=der)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(answer.content)


def stamp_question(**changed: object) -> TimeStampReq:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST}
    return TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True} | changed)


def stamped(stage: Stage, der: bytes) -> bytes:
    answer = httpx.post(f"{stage.url}/tsa", content=der)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/timestamp-reply")
    return answer.content


def openssl(folder: Path, *arguments: str) -> str:
    said = subprocess.run([tool("openssl"), *arguments], cwd=folder, capture_output=True, check=False)
    return (said.stdout + said.stderr).decode()


def write_pem(folder: Path, **certificates: x509.Certificate) -> None:
    for name, certificate in certificates.items():
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


@pytest.fixture
def shelf(stage: Stage, person: IssuedKey, tmp_path: Path) -> Path:
    """The certificates as files for OpenSSL."""
    write_pem(tmp_path, root=stage.authority.root, issuing=person.certificates[1], person=person.certificate)
    return tmp_path


def openssl_ocsp(stage: Stage, shelf: Path) -> str:
    command = ["ocsp", "-issuer", "issuing.pem", "-cert", "person.pem", "-url", f"{stage.url}/ocsp"]
    return openssl(shelf, *command, "-CAfile", "root.pem", "-verify_other", "issuing.pem")


def test_openssl_takes_the_ocsp_answer(stage: Stage, person: IssuedKey, shelf: Path) -> None:
    serial, revocations = person.certificate.serial_number, stage.authority.revocations
    said = openssl_ocsp(stage, shelf)
    assert "Response verify OK" in said
    assert "person.pem: good" in said
    revocations.suspend(serial)
    assert "Reason: certificateHold" in openssl_ocsp(stage, shelf)
    revocations.resume(serial)
    assert "person.pem: good" in openssl_ocsp(stage, shelf)
    revocations.revoke(serial, x509.ReasonFlags.superseded)
    assert "Reason: superseded" in openssl_ocsp(stage, shelf)


def test_openssl_takes_the_crls(stage: Stage, person: IssuedKey, shelf: Path) -> None:
    for name in ("issuing", "root"):
        crl = x509.load_der_x509_crl(httpx.get(f"{stage.url}/crl/{name}.crl").content)
        (shelf / f"{name}.crl").write_bytes(crl.public_bytes(Encoding.PEM))
    trust = ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "-crl_check_all", "-CRLfile", "root.crl"]
    assert "person.pem: OK" in openssl(shelf, "verify", *trust, "-CRLfile", "issuing.crl", "person.pem")
    stage.authority.revocations.revoke(person.certificate.serial_number)
    crl = x509.load_der_x509_crl(httpx.get(f"{stage.url}/crl/issuing.crl").content)
    (shelf / "issuing.crl").write_bytes(crl.public_bytes(Encoding.PEM))
    assert "certificate revoked" in openssl(shelf, "verify", *trust, "-CRLfile", "issuing.crl", "person.pem")


def test_openssl_asks_for_a_time_stamp_and_takes_it(stage: Stage, shelf: Path) -> None:
    openssl(shelf, "ts", "-query", "-digest", DIGEST.hex(), "-sha256", "-cert", "-out", "query.tsq")
    (shelf / "answer.tsr").write_bytes(stamped(stage, (shelf / "query.tsq").read_bytes()))
    trust = ["-CAfile", "root.pem", "-untrusted", "issuing.pem"]
    said = openssl(shelf, "ts", "-verify", "-queryfile", "query.tsq", "-in", "answer.tsr", *trust)
    assert "Verification: OK" in said
    assert "Accuracy: 0x01 seconds" in openssl(shelf, "ts", "-reply", "-in", "answer.tsr", "-text")


def test_an_ocsp_answer_holds_for_two_days_and_a_crl_for_seven(stage: Stage, person: IssuedKey) -> None:
    answer = asked(stage, question(stage, person.certificate))
    assert answer.next_update_utc is not None
    assert (answer.next_update_utc - answer.this_update_utc).days == 2
    crl = x509.load_der_x509_crl(httpx.get(f"{stage.url}/crl/root.crl").content)
    assert crl.next_update_utc is not None
    assert (crl.next_update_utc - crl.last_update_utc).days == 7


@pytest.mark.parametrize("algorithm", [SHA1, hashes.SHA256(), hashes.SHA512()])
def test_names_may_be_hashed_in_several_ways(stage: Stage, person: IssuedKey, algorithm: hashes.HashAlgorithm) -> None:
    answer = asked(stage, question(stage, person.certificate, algorithm))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.serial_number == person.certificate.serial_number


def test_a_question_may_stand_in_the_address(stage: Stage, person: IssuedKey) -> None:
    encoded = quote(base64.b64encode(question(stage, person.certificate)).decode(), safe="")
    answer = ocsp.load_der_ocsp_response(httpx.get(f"{stage.url}/ocsp/{encoded}").content)
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_a_nonce_comes_back(stage: Stage, person: IssuedKey) -> None:
    issuing, nonce = stage.authority.issuing.certificate, x509.OCSPNonce(bytes(range(16)))
    builder = ocsp.OCSPRequestBuilder().add_certificate(person.certificate, issuing, SHA1)
    request = builder.add_extension(nonce, critical=False).build()
    answer = asked(stage, request.public_bytes(Encoding.DER))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value == nonce


def test_a_revoked_issuing_authority_stands_in_the_roots_list(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        serial = stage.authority.issuing.certificate.serial_number
        stage.authority.revocations.revoke(serial, x509.ReasonFlags.ca_compromise)
        lists = [
            x509.load_der_x509_crl(httpx.get(f"{stage.url}/crl/{name}.crl").content) for name in ("root", "issuing")
        ]
        assert [[each.serial_number for each in listed] for listed in lists] == [[serial], []]


def two_certificates(der: bytes) -> bytes:
    request = Asn1Request.load(der)
    entries = request["tbs_request"]["request_list"]
    entries.append(entries[0])
    return bytes(request.dump(force=True))


def weak_digest(der: bytes) -> bytes:
    request = Asn1Request.load(der)
    request["tbs_request"]["request_list"][0]["req_cert"]["hash_algorithm"] = {"algorithm": "md5"}
    return bytes(request.dump(force=True))


@pytest.mark.parametrize(
    "spoil", [lambda _: b"", lambda _: b"<html>", lambda der: der[:-1], two_certificates, weak_digest]
)
def test_a_malformed_ocsp_request_is_answered_so(
    stage: Stage, person: IssuedKey, spoil: Callable[[bytes], bytes]
) -> None:
    answer = asked(stage, spoil(question(stage, person.certificate)))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_what_is_no_base64_in_the_address_is_malformed(stage: Stage) -> None:
    for address in ("ocsp/", "ocsp/%2A%2A", "ocsp/h%E1%BB%8Dc"):
        answer = ocsp.load_der_ocsp_response(httpx.get(f"{stage.url}/{address}").content)
        assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_certificates_of_others_are_not_answered_for(stage: Stage) -> None:
    issuing, root = stage.authority.issuing.certificate, stage.authority.root
    request = ocsp.OCSPRequestBuilder().add_certificate(issuing, root, SHA1).build()
    answer = asked(stage, request.public_bytes(Encoding.DER))
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"message_imprint": {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}}, "bad_alg"),
        ({"message_imprint": {"hash_algorithm": {"algorithm": "1.2.3"}, "hashed_message": bytes(20)}}, "bad_alg"),
        (
            {"message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(20)}},
            "bad_data_format",
        ),
        ({"req_policy": "1.2.3"}, "unaccepted_policy"),
        ({"extensions": [{"extn_id": "1.2.3", "critical": False, "extn_value": b"\x05\x00"}]}, "unaccepted_extensions"),
    ],
)
def test_a_time_stamp_that_cannot_be_given_is_refused(stage: Stage, changed: dict[str, object], fault: str) -> None:
    with pytest.raises(TokenInvalid, match=fault) as refused:
        token_of_response(stamped(stage, stamp_question(**changed).dump()))
    assert refused.value.fault is TokenFault.REFUSED


@pytest.mark.parametrize("der", [b"", b"<html>", b"\x30\x00", stamp_question().dump()[:-1], b"\x30\x03\x02\x01\x01"])
def test_a_malformed_time_stamp_request_is_refused(stage: Stage, der: bytes) -> None:
    with pytest.raises(TokenInvalid, match="bad_data_format") as refused:
        token_of_response(stamped(stage, der))
    assert refused.value.fault is TokenFault.REFUSED


def test_a_policy_asked_for_is_the_one_given(stage: Stage) -> None:
    der = token_of_response(stamped(stage, stamp_question(req_policy=POLICY, nonce=5).dump()))
    token = read_token(der)
    assert (token.policy, token.nonce) == (POLICY, 5)


def test_certificates_are_sent_only_when_asked_for(stage: Stage) -> None:
    bare, whole = (stamped(stage, stamp_question(cert_req=asks).dump()) for asks in (False, True))
    certificate = stage.services.time_stamping.certificate.public_bytes(Encoding.DER)
    assert (certificate in bare, certificate in whole) == (False, True)


def test_certificates_can_be_fetched(stage: Stage) -> None:
    answer = httpx.get(f"{stage.url}/certs/issuing.der")
    assert answer.headers["content-type"] == "application/pkix-cert"
    assert x509.load_der_x509_certificate(answer.content) == stage.authority.issuing.certificate
    assert httpx.get(f"{stage.url}/certs/other.der").status_code == 404


@pytest.mark.parametrize("path", ["ocsp", "tsa"])
def test_a_request_far_too_long_is_not_read(stage: Stage, path: str) -> None:
    assert httpx.post(f"{stage.url}/{path}", content=bytes(10_001)).status_code == 413


def test_a_folder_is_all_the_services_need(tmp_path: Path) -> None:
    app = app_from_folder(tmp_path / "pki", "http://pki.test")
    assert {route.path for route in app.routes} >= {"/ocsp", "/tsa"}  # type: ignore[attr-defined]
    assert (tmp_path / "pki" / "tsa.pem").exists()


def test_an_authority_without_an_address_has_no_services(tmp_path: Path) -> None:
    authority = DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    with pytest.raises(ValueError, match="services_url"):
        pki_app(authority)
