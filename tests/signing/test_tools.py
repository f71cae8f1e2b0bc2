"""Software of other people agrees on a B-LT record: signatures, chain, time stamp, structure, PDF/A and PDF/UA."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pdf_oxide
import pdfua
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from tests.signing.conftest import Cast, tool
from tests.signing.verification.holes import cms_in, hole, token_of
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, SEALED, make_world

TOUCHED, UNTOUCHED = "but there have been edits", "The document is unchanged since signing"


@dataclass(frozen=True)
class Case:
    """A sealed record in a folder of its own, beside its root and the parts of it that OpenSSL is given."""

    folder: Path
    pdf: bytes

    def write(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)

    @property
    def root(self) -> str:
        return str(self.folder / "root.pem")

    def covered(self, which: int) -> bytes:
        first, start, rest = map(int, re.findall(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+)\]", self.pdf)[which])
        return self.pdf[:first] + self.pdf[start : start + rest]

    @property
    def seal(self) -> cms.SignedData:
        return cms.ContentInfo.load(cms_in(self.pdf))["content"]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder, world = tmp_path_factory.mktemp("tools"), make_world(tmp_path_factory.mktemp("pki-tools"))
    authorities = {"root.pem": world.cast.authority.root, "issuing.pem": world.cast.authority.issuing.certificate}
    for name, certificate in authorities.items():
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    return Case(folder, world.sealed(world.signed(world.cast.placed(), HOMEROOM, PRINCIPAL)))


def asked(*command: str) -> tuple[int, str]:
    """Exit status, and all that was said."""
    done = subprocess.run([tool(command[0]), *command[1:]], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def flipped(pdf: bytes) -> bytes:
    """Another digit in the version, which every signature covers."""
    return pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)


def test_pdfsig_finds_every_signature_valid_and_the_seal_over_the_whole_file(case: Case) -> None:
    _, said = asked("pdfsig", "-nocert", case.write("record.pdf", case.pdf))
    assert said.count("Signature is Valid") == 3
    assert said.rindex("Signature #3") < said.index("Total document signed")
    assert "Giáo viên chủ nhiệm thử" in said


def test_pdfsig_finds_a_changed_byte(case: Case) -> None:
    _, said = asked("pdfsig", "-nocert", case.write("flipped.pdf", flipped(case.pdf)))
    assert (said.count("Digest Mismatch"), said.count("Signature is Valid")) == (3, 0)


def test_mutool_finds_nothing_changed_since_the_seal(case: Case) -> None:
    _, said = asked("mutool", "sign", "-v", case.write("record.pdf", case.pdf))
    assert said.count(UNTOUCHED) == 1
    _, said = asked("mutool", "sign", "-v", case.write("longer.pdf", case.pdf + b"\n"))
    assert UNTOUCHED not in said
    assert TOUCHED in said


def cms_verified(case: Case, which: int, content: bytes) -> tuple[int, str]:
    start, end = hole(case.pdf, which)
    signature = case.write("signature.der", bytes.fromhex(case.pdf[start:end].decode()))
    files = ("-in", signature, "-content", case.write("covered.bin", content), "-CAfile", case.root)
    return asked(
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-cades",
        "-inform",
        "DER",
        *files,
        "-purpose",
        "any",
        "-out",
        os.devnull,
    )


@pytest.mark.parametrize("which", [0, 1, 2])
def test_openssl_follows_each_signature_to_the_root_by_cades(case: Case, which: int) -> None:
    status, said = cms_verified(case, which, case.covered(which))
    assert status == 0, said
    assert "CAdES Verification successful" in said
    status, said = cms_verified(case, which, flipped(case.covered(which)))
    assert status != 0
    assert "CAdES Verification failure" in said


def token_verified(case: Case, data: bytes) -> tuple[int, str]:
    files = ("-data", case.write("value.bin", data), "-in", case.write("token.der", token_of(case.seal).dump()))
    trust = ("-CAfile", case.root, "-untrusted", str(case.folder / "issuing.pem"))
    return asked("openssl", "ts", "-verify", *files, "-token_in", *trust)


def test_openssl_follows_the_time_stamp_to_the_root(case: Case) -> None:
    value = case.seal["signer_infos"][0]["signature"].native
    assert token_verified(case, value)[0] == 0
    assert token_verified(case, value + b"\0")[0] != 0
    _, said = asked("openssl", "ts", "-reply", "-token_in", "-text", "-in", str(case.folder / "token.der"))
    assert SEALED.strftime("Time stamp: %b %e %T %Y GMT") in said


def test_qpdf_finds_no_fault(case: Case) -> None:
    status, said = asked("qpdf", "--check", case.write("record.pdf", case.pdf))
    assert status == 0, said


def test_a_seal_keeps_pdf_a_and_pdf_ua(case: Case) -> None:
    path = case.write("record.pdf", case.pdf)
    verdict = pdf_oxide.PdfDocument(path).validate_pdf_a("3a")
    assert verdict["valid"], verdict["errors"]
    assert pdfua.validate(path).findings == ()


def test_signing_with_rsa_keeps_pdf_a(sealed: bytes, case: Case, cast: Cast) -> None:
    verdict = pdf_oxide.PdfDocument(case.write("rsa.pdf", sealed)).validate_pdf_a("3a")
    assert verdict["valid"], verdict["errors"]
