"""`hocba verify` on a transfer package: words for each file of it, JSON, exit status, and what it refuses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domain.transfers.contents import PackedPaper, PackedYear, PaperKind, TransferData, TransferPackage, ValidationFiles
from interchange.transfer.package import pack
from tests.documents import samples
from tests.interchange.transfer.samples import CREATED, RUNNING, forged
from tests.signing.test_verify_command import Desk
from tests.signing.verification import papers
from tests.signing.verification.papers import exchanged, sealed, signable
from tests.signing.verification.world import LATER, World, evidence_over, make_world

YEAR, NAME = "2025-2026", "hoc-ba-2025-2026.pdf"
pytestmark = pytest.mark.usefixtures("one_process")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def package(world: World) -> TransferPackage:
    content = signable(replace(samples.year_record(), school_year=YEAR, lookup_code="AAAA-2222"), world)
    pdf = sealed(world, papers.renderer().render(content, exchanged(content)).pdf)
    evidence = evidence_over([pdf, b"another"], LATER, world.stamps)[0]
    paper = PackedPaper(PaperKind.YEAR_RECORD, content.lookup_code, pdf, evidence, YEAR)
    years = (PackedYear(YEAR, content.lookup_code, exchanged(content)),)
    data = TransferData(samples.pupil(), samples.SCHOOL, years, None)
    return TransferPackage(CREATED, data, (paper,), ValidationFiles(**vars(world.material(LATER))))


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Desk:
    return Desk(tmp_path, world)


def test_a_genuine_package_is_valid(desk: Desk, package: TransferPackage) -> None:
    path = desk.put("goi [1].zip", pack(package))
    result = desk.run(path)
    assert (result.exit_code, result.stderr) == (0, "")
    for words in (
        f"GÓI CHUYỂN TRƯỜNG HỢP LỆ  {path}",
        "Mọi tệp trong gói khớp mã băm trong bản kê.",
        f"✓ Học bạ của năm học: {NAME}",
        "✓ Dữ liệu để máy đọc: du-lieu.json",
    ):
        assert words in result.stdout
    assert "✗" not in result.stdout


def test_the_signatures_are_told_when_asked(desk: Desk, package: TransferPackage) -> None:
    path = desk.put("goi.zip", pack(package))
    assert "Hiệu trưởng thử" not in desk.run(path).stdout
    full = desk.run(path, "--report", "full", "--lang", "en").stdout
    assert full.startswith("TRANSFER PACKAGE VALID")
    assert "Principal: Hiệu trưởng thử (079175000013)" in full
    assert "B-LT+ERS" in full


def test_a_paper_that_was_changed_is_invalid_with_its_signatures(desk: Desk, package: TransferPackage) -> None:
    changed = forged(pack(package), {NAME: package.papers[0].pdf + b"\n"})
    result = desk.run(desk.put("goi.zip", changed))
    assert result.exit_code == 1
    assert "GÓI CHUYỂN TRƯỜNG KHÔNG HỢP LỆ" in result.stdout
    assert "✗ Chữ ký, con dấu hoặc nội dung văn bản không hợp lệ." in result.stdout
    assert f"KHÔNG HỢP LỆ  {NAME}" in result.stdout


def test_what_no_paper_confirms_cannot_be_decided(desk: Desk, package: TransferPackage) -> None:
    running = replace(package, data=replace(package.data, running=RUNNING))
    result = desk.run(desk.put("goi.zip", pack(running)))
    assert result.exit_code == 3
    assert "? Dữ liệu của năm đang học có phần không văn bản nào xác nhận." in result.stdout


def test_programs_get_every_finding(desk: Desk, package: TransferPackage) -> None:
    result = desk.run("--json", desk.put("goi.zip", pack(package)), desk.put("hoc-ba.pdf", package.papers[0].pdf))
    found = json.loads(result.stdout)
    assert (found["verified"], found["failed"]) == (2, 0)
    first = found["documents"][0]
    assert (first["verdict"], first["school_code"], len(first["members"])) == ("valid", samples.SCHOOL.code, 2)
    paper, data = first["members"]
    assert (paper["kind"], paper["verification"]["verdict"], data["verification"]) == ("year_record", "valid", None)
    assert data["findings"][1] == {"check": "record", "outcome": "valid", "about": NAME, "field": ""}


def test_a_damaged_package_is_one_clear_sentence(desk: Desk, package: TransferPackage) -> None:
    damaged = desk.put("goi.zip", pack(package)[:-1])
    vietnamese, english = desk.run(damaged), desk.run(damaged, "--lang", "en")
    assert vietnamese.exit_code == english.exit_code == 2
    assert "Gói chuyển trường không đọc được" in vietnamese.stdout
    assert "The transfer package is damaged or not as it was exported." in english.stdout


@pytest.mark.parametrize("how", ["xml", "evidence"])
def test_what_is_for_one_document_is_not_for_a_package(desk: Desk, package: TransferPackage, how: str) -> None:
    path = desk.put("goi.zip", pack(package))
    asked = ["--report", "xml"] if how == "xml" else ["--evidence", desk.put("a.ers", package.papers[0].evidence)]
    result = desk.run(path, *asked)
    assert result.exit_code == 2
    assert "không dùng với gói chuyển trường" in result.output
