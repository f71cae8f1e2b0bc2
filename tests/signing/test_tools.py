"""Software of other people agrees: pdfsig of poppler on the signatures, qpdf on the structure, pdf_oxide on PDF/A."""

import subprocess
from pathlib import Path

import pdf_oxide
import pytest

from tests.signing.conftest import Cast, tool


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_pdfsig_finds_every_signature_valid(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "record.pdf").write_bytes(sealed)
    said = _said(tool("pdfsig"), "-nocert", str(tmp_path / "record.pdf"))
    assert said.count("Signature is Valid") == 3
    assert said.count("Total document signed") == 1  # the seal
    assert "Giáo viên chủ nhiệm thử" in said


def test_pdfsig_finds_a_changed_byte(sealed: bytes, tmp_path: Path) -> None:
    at = sealed.index(b"%PDF-1.7") + 7
    (tmp_path / "record.pdf").write_bytes(sealed[:at] + b"6" + sealed[at + 1 :])
    assert "Digest Mismatch" in _said(tool("pdfsig"), "-nocert", str(tmp_path / "record.pdf"))


def test_qpdf_finds_no_fault(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "record.pdf").write_bytes(sealed)
    done = subprocess.run([tool("qpdf"), "--check", str(tmp_path / "record.pdf")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("curve", [False, True])
def test_signing_keeps_pdf_a(sealed: bytes, curve_cast: Cast, tmp_path: Path, *, curve: bool) -> None:
    (tmp_path / "record.pdf").write_bytes(curve_cast.finished() if curve else sealed)
    verdict = pdf_oxide.PdfDocument(str(tmp_path / "record.pdf")).validate_pdf_a("3a")
    assert verdict["valid"], verdict["errors"]
