"""The hand-over form: same contents, same bytes; other people's tools read it, and nothing else is taken."""

import hashlib
import io
import os
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from signing import container
from signing.container import EVIDENCE, MANIFEST, MEDIA_TYPE, README, ContainerInvalid, pack, unpack
from signing.dss import ValidationMaterial
from signing.evidence.checking import check_evidence
from signing.evidence.records import assemble
from tests.signing.conftest import tool
from tests.signing.evidence.batches import STAMPED, make_files, stamped_files
from tests.signing.tsa import StampAuthority, found

NAME = "hoc-ba-0123.pdf"
MATERIAL = ValidationMaterial((b"certificate 1", b"certificate 2"), (b"an OCSP response",), (b"a CRL",))
SPACES = {"asic": "http://uri.etsi.org/02918/v1.2.1#", "ds": "http://www.w3.org/2000/09/xmldsig#"}


@pytest.fixture(scope="module")
def tsa() -> StampAuthority:
    return found("Thử", datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def packed(sealed: bytes, tsa: StampAuthority) -> bytes:
    stamps = stamped_files([sealed, *make_files(2)], tsa)
    return pack(NAME, sealed, assemble([stamps[:1]]), MATERIAL)


def rewritten(data: bytes, **changes: bytes | None) -> bytes:
    """The same zip with members changed, added at the end, or left out (None); keys are names, `.` and `/` kept."""
    return zipped(members(data) | changes)


def members(data: bytes) -> dict[str, bytes | None]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(contents: Mapping[str, bytes | None], how: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in contents.items():
            if content is not None:
                info = zipfile.ZipInfo(name)
                info.external_attr, info.create_system = 0o100644 << 16, 3
                archive.writestr(info, content, how)
    return target.getvalue()


def test_what_was_packed_comes_back_and_the_evidence_covers_it(
    packed: bytes, sealed: bytes, tsa: StampAuthority
) -> None:
    taken = unpack(packed)
    assert (taken.name, taken.pdf) == (NAME, sealed)
    for kind in ("certificates", "ocsps", "crls"):
        assert sorted(getattr(taken.material, kind)) == sorted(getattr(MATERIAL, kind))
    hashes = {"sha256": hashlib.sha256(taken.pdf).digest()}
    assert check_evidence(taken.evidence, hashes, tsa.roots, moment=STAMPED).time == STAMPED


@given(st.binary(max_size=99), st.binary(max_size=99), st.lists(st.binary(max_size=9), max_size=3))
def test_the_same_contents_give_the_same_bytes(pdf: bytes, evidence: bytes, parts: list[bytes]) -> None:
    packed = pack(NAME, pdf, evidence, ValidationMaterial(tuple(parts), (), tuple(parts)))
    taken = unpack(packed)
    assert (taken.pdf, taken.evidence) == (pdf, evidence)
    assert pack(NAME, taken.pdf, taken.evidence, taken.material) == packed
    backwards = tuple(reversed(parts))
    assert pack(NAME, pdf, evidence, ValidationMaterial(backwards, (), backwards)) == packed


def test_the_media_type_can_be_seen_without_unpacking(packed: bytes) -> None:
    assert packed[30:38] == b"mimetype"
    assert packed[38 : 38 + len(MEDIA_TYPE)] == MEDIA_TYPE.encode()


def test_the_manifest_ties_the_record_to_the_pdf(packed: bytes, sealed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        root = etree.fromstring(archive.read(MANIFEST))
    assert root.tag == f"{{{SPACES['asic']}}}ASiCManifest"
    assert root.xpath("asic:SigReference/@URI", namespaces=SPACES) == [EVIDENCE]
    [covered] = root.xpath("asic:DataObjectReference", namespaces=SPACES)
    assert covered.get("URI") == NAME
    assert covered.find("ds:DigestMethod", SPACES).get("Algorithm") == "http://www.w3.org/2001/04/xmlenc#sha256"
    digest = subprocess.run(
        [tool("openssl"), "dgst", "-sha256", "-binary"], input=sealed, capture_output=True, check=True
    ).stdout
    encoded = subprocess.run([tool("openssl"), "base64"], input=digest, capture_output=True, check=True).stdout
    assert covered.find("ds:DigestValue", SPACES).text == encoded.decode().strip()


def test_validation_data_is_named_by_its_hash(packed: bytes) -> None:
    found_names = [name for name in members(packed) if name.startswith("validation/")]
    expected = [f"validation/crl-{hashlib.sha256(b'a CRL').hexdigest()}.der"]
    assert [name for name in found_names if "/crl-" in name] == expected
    assert len(found_names) == 4


def test_the_steps_of_the_readme_work(packed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    readme = (tmp_path / README).read_text()
    steps = [f"openssl dgst -sha256 -binary {NAME} | openssl base64", f"pdfsig -nocert {NAME}"]
    assert all(readme.count(step) == 2 for step in steps)
    path = os.pathsep.join([str(Path(tool("pdfsig")).parent), os.environ["PATH"]])
    digest, signatures = (
        subprocess.run(["sh", "-c", step], cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True, check=True)
        for step in steps
    )
    assert f"<ds:DigestValue>{digest.stdout.strip()}</ds:DigestValue>" in (tmp_path / MANIFEST).read_text()
    assert signatures.stdout.count("Signature is Valid") == 3
    assert "Total document signed" in signatures.stdout.split("Signature #3")[-1]


@pytest.mark.parametrize("name", ["../a.pdf", "a/b.pdf", "a.pdf\n", "học bạ.pdf", "a.exe", ".pdf", "a&b.pdf", ""])
def test_a_name_that_could_do_harm_is_refused(name: str) -> None:
    with pytest.raises(ContainerInvalid, match="Tên tệp PDF"):
        pack(name, b"", b"", ValidationMaterial())


def test_more_than_a_reader_takes_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    many = ValidationMaterial(tuple(b"%d" % number for number in range(container.MAX_MEMBERS)))
    with pytest.raises(ContainerInvalid, match="quá lớn"):
        pack(NAME, b"", b"", many)
    monkeypatch.setattr(container, "MAX_BYTES", 1000)
    with pytest.raises(ContainerInvalid, match="quá lớn"):
        pack(NAME, bytes(1001), b"", ValidationMaterial())
    with pytest.raises(ContainerInvalid, match="quá lớn"):
        unpack(bytes(1001))


def test_bytes_that_are_no_zip_are_refused(packed: bytes) -> None:
    for data in (b"", b"PK", packed[: len(packed) // 2]):
        with pytest.raises(ContainerInvalid, match="không đọc được"):
            unpack(data)


def test_a_compressed_bomb_is_refused_before_it_is_unpacked(packed: bytes) -> None:
    bomb = zipped(members(packed) | {"bomb": bytes(100 * 1024 * 1024)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1024 * 1024
    with pytest.raises(ContainerInvalid, match="bị nén hoặc có quá nhiều"):
        unpack(bomb)


def test_members_that_share_their_bytes_are_refused(packed: bytes) -> None:
    with pytest.raises(ContainerInvalid, match="bị nén hoặc có quá nhiều"):
        unpack(with_directory_entries_repeated(packed, 40))


def with_directory_entries_repeated(data: bytes, times: int) -> bytes:
    """A directory whose entries all point to the same members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
        count = len(archive.namelist())
    directory, end = data[start:-22], bytearray(data[-22:])
    end[8:10] = end[10:12] = (count * times).to_bytes(2, "little")
    end[12:16] = (len(directory) * times).to_bytes(4, "little")
    return data[:start] + directory * times + bytes(end)


def test_too_many_members_are_refused(packed: bytes) -> None:
    many = {f"empty{number}": b"" for number in range(container.MAX_MEMBERS)}
    with pytest.raises(ContainerInvalid, match="bị nén hoặc có quá nhiều"):
        unpack(zipped(members(packed) | many))


@pytest.mark.parametrize("missing", [NAME, README, EVIDENCE])
def test_a_container_that_lacks_a_part_is_refused(packed: bytes, missing: str) -> None:
    with pytest.raises(ContainerInvalid, match="thiếu thành phần"):
        unpack(rewritten(packed, **{missing: None}))


def test_two_documents_in_one_container_are_refused(packed: bytes) -> None:
    with pytest.raises(ContainerInvalid, match="nhiều tệp PDF"):
        unpack(rewritten(packed, **{"other.pdf": b"%PDF-"}))


@pytest.mark.parametrize("name", [NAME, MANIFEST])
def test_a_pdf_that_is_not_the_listed_one_is_refused(packed: bytes, name: str) -> None:
    with pytest.raises(ContainerInvalid, match="không khớp bản kê"):
        unpack(rewritten(packed, **{name: b"%PDF- of another pupil"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"mimetype": b"application/zip"},
        {"mimetype": None},
        {"../../etc/cron.d/evil": b"* * * * *"},
        {"/etc/passwd": b""},
        {"validation/certificate-00.der": b"certificate 3"},
        {"META-INF/evidencerecord002.ers": b"another"},
        {"folder/": b""},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_any_other_member_is_refused(packed: bytes, changes: dict[str, bytes | None]) -> None:
    with pytest.raises(ContainerInvalid, match="thành phần lạ"):
        unpack(rewritten(packed, **changes))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice_is_refused(packed: bytes) -> None:
    doubled = io.BytesIO(packed)
    with zipfile.ZipFile(doubled, "a") as archive:
        archive.writestr(README, "Hãy tin tôi.")
    with pytest.raises(ContainerInvalid, match="thành phần lạ"):
        unpack(doubled.getvalue())


def test_bytes_between_and_around_the_members_are_refused(packed: bytes) -> None:
    commented = io.BytesIO(packed)
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"hidden"
    for data in (commented.getvalue(), b"#!/bin/sh\n" + packed):
        with pytest.raises(ContainerInvalid, match="thành phần lạ"):
            unpack(data)


def test_a_readme_of_another_edition_is_taken(packed: bytes, sealed: bytes) -> None:
    assert unpack(rewritten(packed, **{README: "Ấn bản sau.".encode()})).pdf == sealed
