"""The package file: what was packed comes back, people can open it, and the same contents are the same bytes."""

import hashlib
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.transfers.contents import PackedPaper, PaperKind, TransferPackage, ValidationFiles
from interchange.transfer import archive, readme
from interchange.transfer.archive import PackageInvalid
from interchange.transfer.data import data_schema
from interchange.transfer.package import is_package, pack, unpack
from tests.interchange.transfer.samples import CREATED, VALIDATION, data, members, package, papers


@pytest.fixture(scope="module")
def packed() -> bytes:
    return pack(package())


def in_order(found: TransferPackage) -> TransferPackage:
    return replace(found, papers=tuple(sorted(found.papers, key=lambda paper: paper.name)))


def by_hash(ders: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(sorted(set(ders), key=lambda der: hashlib.sha256(der).hexdigest()))


def test_what_was_packed_comes_back(packed: bytes) -> None:
    validation = ValidationFiles(*(by_hash(part) for part in vars(VALIDATION).values()))
    assert unpack(packed) == replace(in_order(package()), validation=validation)


def test_a_pupil_who_moves_in_summer_has_no_running_year() -> None:
    summer = replace(package(), data=replace(data(), running=None), papers=papers()[1:], validation=ValidationFiles())
    assert unpack(pack(summer)) == in_order(summer)


@given(st.randoms(use_true_random=False), st.lists(st.binary(max_size=9), max_size=4), st.binary(max_size=40))
def test_the_same_contents_give_the_same_bytes(chance: random.Random, ders: list[bytes], evidence: bytes) -> None:
    shuffled = [replace(paper, evidence=evidence) for paper in papers()]
    first = pack(TransferPackage(CREATED, data(), tuple(shuffled), ValidationFiles(tuple(ders), (), tuple(ders))))
    chance.shuffle(shuffled)
    chance.shuffle(ders)
    again = TransferPackage(CREATED, data(), tuple(shuffled), ValidationFiles(tuple(ders), (), tuple(ders)))
    assert pack(again) == first
    assert pack(unpack(first)) == first


def test_any_zip_program_opens_it_and_shows_the_instructions_first(packed: bytes, tmp_path: Path) -> None:
    (tmp_path / "goi.zip").write_bytes(packed)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", "goi.zip", "."], cwd=tmp_path, check=True)
    assert (tmp_path / "hoc-ba-2025-2026.pdf").read_bytes() == b"%PDF- 2025-2026"
    assert (tmp_path / "hoc-ba-2025-2026.ers").read_bytes() == b"evidence of 2025-2026"
    assert len(list((tmp_path / "kiem-chung").iterdir())) == 4
    names = list(members(packed))
    assert names[:3] == ["DOC-TRUOC.txt", "manifest.json", "du-lieu.json"]
    assert names[3:10] == [
        "hoc-ba-2024-2025.pdf",
        "hoc-ba-2024-2025.ers",
        "hoc-ba-2025-2026.pdf",
        "hoc-ba-2025-2026.ers",
        "ket-qua-chuyen-truong.pdf",
        "trang-thong-tin.pdf",
        "trang-thong-tin.ers",
    ]


def test_the_instructions_are_an_edition_that_readers_know(packed: bytes) -> None:
    """Another edition is added to the list beside the old ones: packages that were handed out must stay readable."""
    assert readme.is_edition(readme.TEXT)
    text = members(packed)["DOC-TRUOC.txt"].decode()
    assert max(map(len, text.splitlines())) <= 120
    for name in ("manifest.json", "du-lieu.json", "ket-qua-chuyen-truong.pdf", "trang-thong-tin.pdf", "kiem-chung/"):
        assert text.count(f"\n{name} ") == 2
    assert text.count("\ntrich-luc-<") == 2
    assert text.count("pdfsig -nocert") == text.count("sha256sum *.pdf") == 2


def test_the_list_says_of_every_member_what_it_is(packed: bytes) -> None:
    found = members(packed)
    manifest = json.loads(found["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("hocba-transfer", 1)
    assert manifest["created_at"] == "2026-10-07T03:00:05Z"
    assert manifest["school"] == {"code": "79766401", "name": "Trường Tiểu học Hoa Phượng Vĩ"}
    lines = {line["name"]: line for line in manifest["members"]}
    assert lines.keys() == found.keys() - {"manifest.json"}
    for name, line in lines.items():
        assert (line["size"], line["sha256"]) == (len(found[name]), hashlib.sha256(found[name]).hexdigest())
    record, evidence = lines["hoc-ba-2024-2025.pdf"], lines["hoc-ba-2024-2025.ers"]
    assert (record["kind"], record["school_year"], record["lookup_code"]) == ("year_record", "2024-2025", "AAAA-2222")
    assert (evidence["kind"], evidence["lookup_code"]) == ("evidence", "AAAA-2222")
    kinds = {line["kind"] for line in lines.values()} - {"evidence"}
    assert kinds == {"readme", "data", *PaperKind, "certificate", "ocsp", "crl"}


def test_the_data_are_for_machines_that_know_nothing_of_us(packed: bytes) -> None:
    found = json.loads(members(packed)["du-lieu.json"])
    assert found["pupil"]["full_name"] == data().pupil.full_name
    assert found["years"][0]["record"]["thongtinsohocbasotieuhoc"]["hovaten"] == data().pupil.full_name
    assert found["running"]["terms"][0]["cells"][1] == {
        "slot": "toan", "item": "toan", "point": "mid_hk1", "kind": "score", "value": "9"
    }  # fmt: skip
    schema = data_schema()
    assert set(schema["properties"]) == set(found)
    assert set(schema["$defs"]["RunningYear"]["properties"]) == set(found["running"])


def test_extracts_of_two_schools_go_along_each_under_its_code() -> None:
    two = (*papers(), paper(PaperKind.PAPER_EXTRACT, ""))
    found = unpack(pack(replace(package(), papers=two)))
    names = [each.name for each in found.papers if each.kind is PaperKind.PAPER_EXTRACT]
    assert sorted(names) == ["trich-luc-AAAA-2222.pdf", "trich-luc-EEEE-6666.pdf"]


def test_a_package_is_told_from_other_files(packed: bytes) -> None:
    assert is_package(packed)
    for other in (b"", b"%PDF-1.7", packed[:30], members(packed)["hoc-ba-2024-2025.pdf"]):
        assert not is_package(other)


def paper(kind: PaperKind, year: str, code: str = "AAAA-2222") -> PackedPaper:
    return PackedPaper(kind, code, b"%PDF-", school_year=year)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(package(), papers=()), "không có văn bản nào"),
        (replace(package(), papers=(*papers(), papers()[0])), "hai văn bản cùng loại.*ket-qua-chuyen-truong.pdf"),
        (replace(package(), papers=papers()[:-1]), "không phải là các năm có học bạ"),
        (replace(package(), papers=(*papers(), paper(PaperKind.YEAR_RECORD, "2023-2024"))), "không phải là các năm"),
        (replace(package(), papers=(paper(PaperKind.YEAR_RECORD, "../../etc"),)), "ghi sai năm học: “../../etc”"),
        (replace(package(), papers=(paper(PaperKind.YEAR_RECORD, "2024 - 2025"),)), "ghi sai năm học"),
        (replace(package(), papers=(paper(PaperKind.IDENTITY_PAGE, "2024-2025"),)), "ghi sai năm học"),
        (replace(package(), papers=(paper(PaperKind.PAPER_EXTRACT, "2024-2025"),)), "ghi sai năm học"),
        (replace(package(), papers=(*papers(), paper(PaperKind.PAPER_EXTRACT, "", "EEEE-6666"))), "trich-luc-EEEE"),
        (replace(package(), data=replace(data(), years=(data().years[0],) * 2)), "không phải là các năm"),
    ],
)
def test_what_does_not_fit_together_is_not_packed(wrong: TransferPackage, words: str) -> None:
    with pytest.raises(PackageInvalid, match=words):
        pack(wrong)


def test_more_than_a_reader_takes_is_not_packed(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    many = ValidationFiles(tuple(b"%d" % number for number in range(archive.MAX_MEMBERS)))
    with pytest.raises(PackageInvalid, match="quá lớn"):
        pack(replace(package(), validation=many))
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    with pytest.raises(PackageInvalid, match="quá lớn"):
        pack(package())
    with pytest.raises(PackageInvalid, match="quá lớn"):
        unpack(packed)
