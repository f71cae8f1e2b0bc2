"""Sealed records as packets, from the command line: written, signed, or refused with every file and field named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from cli import export_record
from cli.export_record import Form
from cli.main import app
from domain.calendar import TIMEZONE
from domain.documents import FIELDS, DocumentKind
from domain.year_records import PrimaryRecordContent, YearRecordContent
from interchange.national.codes import CodeList
from interchange.national.json_form import read_json
from interchange.national.packet import Packet
from interchange.national.xml_form import packet_of, read_xml
from signing.errors import WrongPassphrase
from signing.keys import KeyStore
from signing.xades_verifier import OTHER_HEAD, PacketSigner, verify_xml
from tests.documents import samples, secondary_samples
from tests.signing.verification import papers
from tests.signing.verification.world import PRINCIPAL, SEAL, SEALED, World, make_world

PASSPHRASE = "mật khẩu con dấu"
SCHOOL = replace(samples.SCHOOL, code="79000701", department_code="79", department="Sở Giáo dục và Đào tạo")
NAME = "79000701-2025-2026"


def primary(number: int = 1, **changed: str) -> PrimaryRecordContent:
    identity = {"record_uid": f"00000000-0000-4000-8000-{number:012}", **changed}
    return replace(samples.year_record(number), school=SCHOOL, **identity)  # type: ignore[arg-type]


def sealed(world: World, content: YearRecordContent) -> bytes:
    honest = papers.signable(content, world)
    record = papers.exchanged(honest)
    next(iter(record.values()))["noiohiennay_diachichitiet"] = "Phường 4, Thành phố Hồ Chí Minh"
    return papers.sealed(world, papers.renderer().render(honest, record).pdf)


@dataclass(frozen=True)
class Office:
    """A folder with sealed records, and the command run in it."""

    folder: Path
    world: World

    def put(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)

    def export(self, *arguments: str, event: str = "NEW", secret: str = PASSPHRASE) -> Result:
        names = [str(self.folder / each) if each.endswith(".pdf") else each for each in arguments]
        command = ["export-record", *names, "--event", event, "--out", str(self.folder / "out")]
        return CliRunner().invoke(app, command, f"{secret}\n")

    @property
    def written(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in (self.folder / "out").glob("*")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def records(world: World) -> dict[str, bytes]:
    secondary = replace(secondary_samples.secondary_record(3), school=SCHOOL)
    contents: dict[str, YearRecordContent] = {
        "a.pdf": primary(1),
        "b.pdf": primary(2, class_name="1B"),
        "c.pdf": secondary,
    }
    return {name: sealed(world, content) for name, content in contents.items()}


@pytest.fixture
def office(tmp_path: Path, world: World, records: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("HOCBA_VAR_DIR", str(tmp_path / "var"))
    trust = tmp_path / "var" / "pki" / "root.pem"
    trust.parent.mkdir(parents=True)
    trust.write_bytes(world.cast.authority.root.public_bytes(Encoding.PEM))
    store = KeyStore(tmp_path / "var" / "keys")
    for name, field in (("school", SEAL), ("head", PRINCIPAL)):
        store.save(name, world.cast.keys[field], PASSPHRASE)
    office = Office(tmp_path, world)
    for name, data in records.items():
        office.put(name, data)
    return office


@pytest.mark.parametrize(("form", "read"), [("xml", read_xml), ("json", read_json)])
def test_records_of_a_school_and_year_become_one_packet(
    office: Office, form: str, read: Callable[[bytes], Packet]
) -> None:
    done = office.export("a.pdf", "b.pdf", "c.pdf", "--form", form)
    assert (done.exit_code, done.stdout) == (0, f"{office.folder}/out/{NAME}.{form}\n")
    first = office.written
    (data,) = first.values()
    packet = read(data)
    assert [record.fields["hovaten"] for record in packet.records] == [samples.person(each) for each in (1, 2, 3)]
    sealed_at = SEALED.astimezone(TIMEZONE).replace(tzinfo=None).isoformat()
    for record in packet.records:
        told = [record.fields[name] for name in ("sukien", "phienban", "thoigiancapnhat", "ngaycapnhat")]
        assert told == ["NEW", 1, sealed_at, sealed_at]
        assert record.fields["idbanghi"] == record.fields["madinhdanhhocba"]
    office.export("a.pdf", "b.pdf", "c.pdf", "--form", form)
    assert office.written == first
    assert (office.folder / "out" / f"{NAME}.{form}").stat().st_mode & 0o077 == 0


def test_codes_that_the_ministry_did_not_confirm_are_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "HOCBA_NATIONAL_CODES): thông tư, cấp học," in office.export("a.pdf").stderr
    own = office.folder / "codes.toml"
    own.write_text("".join(f"[{each}]\nconfirmed = true\nnote = ''\ncodes = {{}}\n" for each in CodeList), "utf-8")
    monkeypatch.setenv("HOCBA_NATIONAL_CODES", str(own))
    assert office.export("a.pdf").stderr == ""


def test_a_cancelled_record_is_recalled_and_comes_after_the_one_it_cancels(office: Office) -> None:
    office.export("a.pdf", event="CANCEL")
    (record,) = read_xml(office.written[f"{NAME}.xml"]).records
    assert [record.fields[name] for name in ("sukien", "phienban", "trangthaithongtinhocba")] == ["CANCEL", 2, "2"]


def test_packets_that_are_too_large_come_class_by_class(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(export_record._LIMITS, Form.XML, 20_000)
    office.export("a.pdf", "b.pdf", "c.pdf")
    assert sorted(office.written) == [f"{NAME}-1A.xml", f"{NAME}-1B.xml", f"{NAME}-6A1.xml"]


@pytest.mark.parametrize(("signer", "key"), [("school", "school"), ("head", "head")])
def test_packets_are_signed_by_whom_the_installation_says(
    office: Office, signer: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOCBA_PACKET_SIGNER", signer)
    done = office.export("a.pdf", "c.pdf", "--sign", key)
    assert done.exit_code == 0, done.exception
    data = office.written[f"{NAME}.xml"]
    found = verify_xml(data, office.world.roots, at=datetime.now(UTC), signer=PacketSigner(signer))
    assert found.holds, found.reason
    assert len(packet_of(found.packet).records) == 2


def test_a_signature_of_somebody_else_is_not_written(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCBA_PACKET_SIGNER", "head")
    done = office.export("a.pdf", "--sign", "school")
    assert str(done.exception) == f"{NAME}: {OTHER_HEAD} Nothing was written."
    assert office.written == {}


def test_a_wrong_passphrase_writes_nothing(office: Office) -> None:
    assert isinstance(office.export("a.pdf", "--sign", "school", secret="khác").exception, WrongPassphrase)
    assert office.written == {}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--sign", "school", "--provider", "hsm"), "No key provider is called hsm: see HOCBA_KEY_PROVIDERS."),
        (("--sign", "school", "--form", "json"), "Only XML can be signed."),
    ],
)
def test_what_cannot_be_signed_is_said(office: Office, arguments: tuple[str, ...], sentence: str) -> None:
    assert str(office.export("a.pdf", *arguments).exception) == sentence


def test_every_problem_is_named_by_file_row_and_field(office: Office, world: World) -> None:
    content = primary(4)
    office.put("bare.pdf", sealed(world, replace(content, school=replace(SCHOOL, department=""), homeroom_comment="")))
    done = office.export("a.pdf", "bare.pdf")
    assert done.stderr == (
        f"{office.folder}/bare.pdf: Dòng 2, trường tensogd (Tên sở giáo dục): bắt buộc nhưng đang trống.\n"
        f"{office.folder}/bare.pdf: Dòng 2, trường nxetgvcn (Nhận xét của giáo viên chủ nhiệm): "
        "bắt buộc nhưng đang trống.\n"
    )
    assert str(done.exception) == "Nothing was written: the records must be put right first."
    assert office.written == {}


def test_files_that_are_no_sealed_records_are_named(office: Office, world: World) -> None:
    sheet = DocumentKind.SUBJECT_SHEET
    honest = papers.signable(primary(5), world)
    office.put("altered.pdf", (office.folder / "a.pdf").read_bytes() + b"junk")
    office.put("unsealed.pdf", papers.renderer().render(honest).pdf)
    office.put("sheet.pdf", world.signed(world.cast.placed(sheet), *FIELDS[sheet]))
    office.put("old.pdf", papers.sealed(world, papers.renderer().render(honest).pdf))
    office.put("text.pdf", b"hello")
    office.put("again.pdf", (office.folder / "a.pdf").read_bytes())
    names = ["altered.pdf", "unsealed.pdf", "sheet.pdf", "old.pdf", "text.pdf", "none.pdf", "a.pdf", "again.pdf"]
    done = office.export(*names)
    said = dict(line.removeprefix(f"{office.folder}/").split(": ", 1) for line in done.stderr.splitlines())
    assert said == {
        "altered.pdf": "Chữ ký cuối cùng không bao trùm toàn bộ tệp: có nội dung thêm vào sau hoặc tệp đã bị cắt bớt.",
        "unsealed.pdf": "Chưa đủ chữ ký theo quy định.",
        "sheet.pdf": "Tệp không phải là học bạ của một năm học.",
        "old.pdf": "Học bạ không đính kèm dữ liệu học bạ số quốc gia.",
        "text.pdf": "Tệp không phải là PDF.",
        "none.pdf": "Không mở được tệp.",
        "again.pdf": "Học bạ này có trong một tệp khác ở trên.",
    }
    assert office.written == {}


def test_many_problems_are_cut_short(office: Office) -> None:
    done = office.export(*["none.pdf"] * 120)
    assert len(done.stderr.splitlines()) == 100
    assert str(done.exception).endswith("... and 20 more.")


def test_without_trusted_roots_nothing_is_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCBA_TRUST_FILE", str(office.folder / "none.pem"))
    assert "cannot be read" in str(office.export("a.pdf").exception)
    monkeypatch.setenv("HOCBA_TRUST_FILE", str(office.folder / "a.pdf"))
    assert "không đọc được" in str(office.export("a.pdf").exception)
