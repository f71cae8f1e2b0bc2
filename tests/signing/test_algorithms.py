"""Every kind of key with every mechanism that fits it, as four independent verifiers see it; and the policy's edges."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from domain.algorithms import SHA2, AlgorithmRule, is_allowed
from domain.documents import DocumentKind, SignatureField
from signing.authority import IssuedKey, KeyKind
from signing.cms_template import asn1_certificate, build_cms, cms_template
from signing.errors import SigningFailed
from signing.mechanisms import Mechanism, cms_algorithm, default_mechanism, mechanism_of, sign, signature_bytes
from signing.pdf import PreparedSignature, embed
from signing.verification.verdicts import Check
from signing.verification.verify import verify
from tests.signing.conftest import Cast, prepared_for, raw_by, tool
from tests.signing.providers.softhsm import certificate_for
from tests.signing.verification.holes import cms_in, hole

TEACHER, SHEET = SignatureField.SUBJECT_TEACHER, DocumentKind.SUBJECT_SHEET


def _fits(kind: KeyKind, mechanism: Mechanism) -> bool:
    return kind.startswith("p-") == (mechanism.scheme == "ecdsa")


FITTING = [(kind, mechanism) for kind in KeyKind for mechanism in Mechanism if _fits(kind, mechanism)]


@dataclass(frozen=True)
class Case:
    """A subject sheet signed by one kind of key with one mechanism."""

    kind: KeyKind
    key: IssuedKey
    prepared: PreparedSignature
    raw: bytes
    pdf: bytes

    @property
    def mechanism(self) -> Mechanism:
        return self.prepared.mechanism

    @property
    def other_document(self) -> bytes:
        """One byte of what is signed is another."""
        return self.pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)

    @property
    def other_signature(self) -> bytes:
        """The last byte of the raw signature is another."""
        changed = self.raw[:-1] + bytes([self.raw[-1] ^ 1])
        return self.pdf.replace(_hex(self.raw), _hex(changed), 1)


def _hex(value: bytes) -> bytes:
    return value.hex().upper().encode()


@pytest.fixture(scope="module")
def keys(curve_cast: Cast) -> dict[KeyKind, IssuedKey]:
    """One key of each kind, all of the person the sheet names."""
    authorities = {kind: replace(curve_cast.authority, key_kind=kind) for kind in KeyKind}
    person = curve_cast.ids()[TEACHER]
    return {kind: authority.issue_person("Giáo viên thử", person) for kind, authority in authorities.items()}


@pytest.fixture(scope="module")
def placed(curve_cast: Cast) -> bytes:
    return curve_cast.placed(SHEET)


@pytest.fixture(scope="module", params=FITTING, ids="-".join)
def case(request: pytest.FixtureRequest, keys: dict[KeyKind, IssuedKey], placed: bytes) -> Case:
    kind, mechanism = request.param
    prepared = prepared_for(keys[kind], placed, TEACHER, mechanism)
    raw = raw_by(keys[kind], prepared)
    return Case(kind, keys[kind], prepared, raw, embed(prepared, keys[kind].certificates, raw))


def test_the_combinations_are_all_there() -> None:
    assert len(FITTING) == 3 * 6 + 2 * 3


# --- what verifiers say


def test_our_verifier_accepts_it_and_notices_one_byte(case: Case, curve_cast: Cast) -> None:
    assert verify(case.pdf, curve_cast.roots).holds
    for other in (case.other_document, case.other_signature):
        assert Check.INTACT in verify(other, curve_cast.roots).failures()


def _stock(pdf: bytes, cast: Cast) -> PdfSignatureStatus:
    [signature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[asn1_certificate(cast.authority.root)]))


def test_pyhanko_as_it_comes_accepts_it_and_notices_one_byte(case: Case, curve_cast: Cast) -> None:
    status = _stock(case.pdf, curve_cast)
    assert status.bottom_line
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.md_algorithm == case.mechanism.digest
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert not _stock(case.other_document, curve_cast).intact
    assert not _stock(case.other_signature, curve_cast).valid


def _pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "sheet.pdf"
    path.write_bytes(pdf)
    done = subprocess.run([tool("pdfsig"), "-nocert", str(path)], capture_output=True, text=True, check=False)
    return done.stdout


def test_pdfsig_accepts_it_and_notices_one_byte(case: Case, tmp_path: Path) -> None:
    said = _pdfsig(case.pdf, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert case.mechanism.digest.upper() in said.replace("-", "")
    assert "Digest Mismatch" in _pdfsig(case.other_document, tmp_path)
    assert "Signature is Invalid" in _pdfsig(case.other_signature, tmp_path)


def _openssl(pdf: bytes, root: bytes, folder: Path) -> tuple[int, str]:
    [(first, start, rest)] = re.findall(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+)\]", pdf)
    covered = pdf[: int(first)] + pdf[int(start) : int(start) + int(rest)]
    begin, end = hole(pdf)
    files = {"cms.der": bytes.fromhex(pdf[begin:end].decode()), "covered.bin": covered, "root.pem": root}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = "cms -verify -cades -binary -inform DER -in cms.der -content covered.bin -CAfile root.pem -purpose any"
    arguments = [tool("openssl"), *command.split(), "-out", os.devnull]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_openssl_accepts_it_by_cades_and_notices_one_byte(case: Case, curve_cast: Cast, tmp_path: Path) -> None:
    root = curve_cast.authority.root.public_bytes(Encoding.PEM)
    status, said = _openssl(case.pdf, root, tmp_path)
    assert status == 0, said
    assert "CAdES Verification successful" in said
    assert _openssl(case.other_document, root, tmp_path)[0] != 0
    assert _openssl(case.other_signature, root, tmp_path)[0] != 0


# --- what we write


def test_the_cms_in_the_file_is_the_one_pyhanko_builds(case: Case) -> None:
    built = build_cms(case.key.certificates, case.mechanism, case.prepared.attrs_der, case.raw)
    assert cms_in(case.pdf) == built


def _full_length(case: Case) -> Iterator[bytes]:
    """Signatures as long as they get: each of RSA, one in four of a curve."""
    length = cms_template(case.key.certificates, case.mechanism).signature_length
    while True:
        raw = raw_by(case.key, case.prepared)
        if len(raw) == length:
            yield raw


def test_the_spliced_cms_is_the_built_one(case: Case) -> None:
    raw, digest = next(_full_length(case)), case.prepared.document_digest
    built = build_cms(case.key.certificates, case.mechanism, case.prepared.attrs_der, raw)
    assert cms_template(case.key.certificates, case.mechanism).splice(digest, raw) == built


def test_the_same_input_gives_the_same_bytes_but_for_what_the_key_draws(case: Case, placed: bytes) -> None:
    assert prepared_for(case.key, placed, TEACHER, case.mechanism) == case.prepared
    assert embed(case.prepared, case.key.certificates, case.raw) == case.pdf
    assert (raw_by(case.key, case.prepared) == case.raw) is (case.mechanism.scheme == "rsa")


def test_a_signature_by_another_mechanism_of_the_key_is_not_embedded(case: Case) -> None:
    others = [other for other in Mechanism if _fits(case.kind, other) and other is not case.mechanism]
    for other in others:
        raw = sign(case.key.private_key, other, case.prepared.to_be_signed)
        with pytest.raises(SigningFailed, match="không khớp với chứng thư số"):
            embed(case.prepared, case.key.certificates, raw)


def test_a_mechanism_of_curves_is_refused_with_an_rsa_key(keys: dict[KeyKind, IssuedKey]) -> None:
    with pytest.raises(SigningFailed, match="không khớp với khoá RSA"):
        sign(keys[KeyKind.RSA_2048].private_key, Mechanism.ECDSA, b"")


@pytest.mark.parametrize("ask", [default_mechanism, signature_bytes])
def test_a_key_that_is_neither_rsa_nor_a_curve_is_refused(
    curve_cast: Cast, ask: Callable[[Certificate], object]
) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(SigningFailed, match="chưa được hỗ trợ"):
        ask(certificate_for(curve_cast.authority, other))  # type: ignore[arg-type]


@pytest.mark.parametrize("mechanism", Mechanism)
def test_a_mechanism_is_told_from_what_the_cms_names(mechanism: Mechanism) -> None:
    assert mechanism_of(cms_algorithm(mechanism)) is mechanism


@pytest.mark.parametrize("name", ["sha1_rsa", "sha224_ecdsa", "ed25519"])
def test_an_algorithm_that_is_none_of_ours_has_no_mechanism(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        mechanism_of(SignedDigestAlgorithm({"algorithm": name}))


# --- what the policy allows

FIRST, LAST_OF_2048, AFTER = date(2020, 10, 22), date(2030, 12, 31), date(2031, 1, 1)
TODAY, FAR = date(2026, 5, 29), date(2099, 1, 1)
PADDINGS = ("rsa", "rsassa_pss")


@pytest.mark.parametrize("scheme", PADDINGS)
@pytest.mark.parametrize(
    ("bits", "on", "allowed"),
    [
        (1024, TODAY, False),
        (2047, TODAY, False),
        (2048, TODAY, True),
        (2048, date(2020, 10, 21), False),
        (2048, FIRST, True),
        (2048, LAST_OF_2048, True),
        (2048, AFTER, False),
        (3071, LAST_OF_2048, True),
        (3071, AFTER, False),
        (3072, date(2020, 10, 21), False),
        (3072, FIRST, True),
        (3072, AFTER, True),
        (4096, FAR, True),
    ],
)
def test_rsa_is_allowed_by_size_and_day(scheme: str, bits: int, on: date, *, allowed: bool) -> None:
    assert is_allowed(scheme, "sha256", bits, on) is allowed


@pytest.mark.parametrize(
    ("bits", "on", "allowed"),
    [
        (192, TODAY, False),
        (224, TODAY, False),
        (255, TODAY, False),
        (256, TODAY, True),
        (384, TODAY, True),
        (256, date(2020, 10, 21), False),
        (256, FIRST, True),
        (256, AFTER, True),
        (256, FAR, True),
    ],
)
def test_curves_are_allowed_by_size_and_day(bits: int, on: date, *, allowed: bool) -> None:
    assert is_allowed("ecdsa", "sha256", bits, on) is allowed


@pytest.mark.parametrize("scheme", [*PADDINGS, "ecdsa"])
def test_no_other_digest_than_sha_2_is_allowed(scheme: str) -> None:
    offered = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", ""]
    assert {digest for digest in offered if is_allowed(scheme, digest, 4096, TODAY)} == SHA2


@pytest.mark.parametrize("scheme", ["dsa", "ed25519", "rsaes_oaep", "RSA", ""])
def test_a_scheme_that_no_rule_names_is_not_allowed(scheme: str) -> None:
    assert not is_allowed(scheme, "sha256", 4096, TODAY)


def test_every_combination_we_sign_with_is_allowed_today() -> None:
    for kind, mechanism in FITTING:
        bits = int(kind.partition("-")[2])
        assert is_allowed(mechanism.scheme, mechanism.digest, bits, TODAY), (kind, mechanism)


def test_other_rules_hold_instead_of_ours() -> None:
    sha1 = AlgorithmRule("rsa", 1024, date(2005, 1, 1), date(2013, 12, 31), "before SHA-2", frozenset({"sha1"}))
    assert is_allowed("rsa", "sha1", 1024, date(2013, 12, 31), [sha1])
    assert not is_allowed("rsa", "sha1", 1024, date(2014, 1, 1), [sha1])
    assert not is_allowed("rsa", "sha256", 2048, TODAY, [])
