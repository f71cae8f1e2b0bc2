"""Sealed records as signed XML, from the command line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.trouble import Trouble
from documents.render import Renderer
from domain.documents import SignatureField
from domain.errors import Invalid
from interchange.xml_record import read_xml
from signing.authority import DevelopmentAuthority
from signing.errors import WrongPassphrase
from signing.keys import KeyStore
from signing.xades_verifier import verify_xml
from tests.documents.samples import year_record
from tests.signing import samples

PASSPHRASE = "mật khẩu con dấu"


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DevelopmentAuthority:
    """The key store of a school, and two of its records."""
    monkeypatch.setenv("HOCBA_VAR_DIR", str(tmp_path / "var"))
    authority = DevelopmentAuthority.open(tmp_path / "pki")
    content = year_record()
    seal = next(each for each in content.signers if each.field is SignatureField.SEAL)
    issued = authority.issue_organisation(content.school.name, seal.signer_id)
    KeyStore(tmp_path / "var" / "keys").save("school", issued, PASSPHRASE)
    for number in (1, 2):
        rendered = Renderer("https://hocba.example").render(year_record(number))
        (tmp_path / f"record-{number}.pdf").write_bytes(rendered.pdf)
    return authority


def export(folder: Path, *files: str, passphrase: str = PASSPHRASE, provider: str = "pkcs12") -> Result:
    names = [str(folder / file) for file in files]
    arguments = ["export-xml", *names, "--key", "school", "--provider", provider, "--out", str(folder / "xml")]
    return CliRunner().invoke(app, arguments, f"{passphrase}\n")


def test_each_record_becomes_an_xml_file_that_the_school_signed(school: DevelopmentAuthority, tmp_path: Path) -> None:
    done = export(tmp_path, "record-1.pdf", "record-2.pdf")
    assert done.exit_code == 0, done.exception
    for number in (1, 2):
        verdict = verify_xml(
            (tmp_path / "xml" / f"record-{number}.xml").read_bytes(), [school.root], at=datetime.now(UTC)
        )
        assert verdict.holds, verdict.reason
        content, pdf = read_xml(verdict.record)
        assert content == year_record(number)
        assert pdf.size == (tmp_path / f"record-{number}.pdf").stat().st_size


@pytest.mark.usefixtures("school")
def test_a_wrong_passphrase_writes_nothing(tmp_path: Path) -> None:
    assert isinstance(export(tmp_path, "record-1.pdf", passphrase="khác").exception, WrongPassphrase)
    assert not list((tmp_path).glob("xml/*"))


@pytest.mark.usefixtures("school")
def test_a_provider_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "hsm" in str(export(tmp_path, "record-1.pdf", provider="hsm").exception)


@pytest.mark.usefixtures("school")
def test_a_file_without_a_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.pdf").write_bytes(samples.render(b"{}", attachments=["other.json"]))
    assert isinstance(export(tmp_path, "plain.pdf").exception, Trouble | Invalid)
