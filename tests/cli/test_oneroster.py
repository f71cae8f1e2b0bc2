"""`hocba oneroster` on a database of its own: preview first, written only when told, out again the same."""

from pathlib import Path

import pytest

from interchange.oneroster.outgoing import write_package
from tests.cli.commands import Ended, Hocba
from tests.database import migrated_database
from tests.interchange.oneroster.drafts import Draft
from tests.rostering import ROSTER, SCHOOL


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """A database beside the common one: the command's own process sees only what is committed."""
    return migrated_database(postgres_url, "rostered")


class OneRoster:
    def __init__(self, hocba: Hocba, folder: Path, database_url: str) -> None:
        self._hocba = hocba
        self.folder = folder
        self._environment = {"COLUMNS": "120", "HOCBA_VAR_DIR": str(folder), "HOCBA_DATABASE_URL": database_url}

    def __call__(self, *arguments: str) -> Ended:
        return self._hocba("oneroster", *arguments, environment=self._environment)

    def take(self, data: bytes, *more: str) -> Ended:
        file = self.folder / "in.zip"
        file.write_bytes(data)
        return self("import", str(file), *more)


@pytest.fixture
def oneroster(hocba: Hocba, tmp_path: Path, database_url: str) -> OneRoster:
    return OneRoster(hocba, tmp_path, database_url)


def row(ended: Ended, kind: str) -> list[str]:
    return next(line.split() for line in ended.stdout.splitlines() if line.split()[:1] == [kind])


def test_a_package_is_shown_then_written_then_left_alone_and_goes_out_the_same(oneroster: OneRoster) -> None:
    data = write_package(ROSTER)
    for _ in range(2):
        shown = oneroster.take(data)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert row(shown, "pupils") == ["pupils", "2", "0", "0", "0", "0"]
        assert shown.stdout.endswith("Nothing was written; --confirm writes it.\n")
    assert oneroster.take(data, "--confirm").stdout.endswith("Written.\n")
    again = oneroster.take(data, "--confirm")
    assert row(again, "pupils") == ["pupils", "0", "0", "2", "0", "0"]
    out = oneroster.folder / "out.zip"
    out.touch(mode=0o644)
    ended = oneroster("export", "--school", SCHOOL, "--year", "2026-2027", str(out))
    assert (ended.returncode, ended.stdout) == (0, f"{out}\n")
    assert out.read_bytes() != b""
    assert out.stat().st_mode & 0o077 == 0
    assert row(oneroster.take(out.read_bytes()), "assignments")[1:4] == ["0", "0", str(len(ROSTER.assignments))]


def test_a_package_with_an_error_is_not_written(oneroster: OneRoster) -> None:
    draft = Draft.of().set("orgs", 0, type="trường").set("orgs", 1, status="active")
    ended = oneroster.take(draft.zip(), "--confirm")
    assert (ended.returncode, ended.stdout) == (1, "")
    error, note, end = ended.stderr.splitlines()
    assert error.startswith("Lỗi · orgs.csv, dòng 2, cột type: Giá trị “trường” không thuộc danh mục; chỉ nhận: ")
    assert note.startswith("Xem lại · orgs.csv, dòng 3, cột status: ")
    assert end == "Nothing was written: the package must be mended first."


def test_what_contradicts_the_database_is_said_and_not_written(oneroster: OneRoster) -> None:
    oneroster.take(write_package(ROSTER), "--confirm")
    ended = oneroster.take(Draft.of().set("users", 3, identifier="7926000077").zip(), "--confirm")
    assert ended.returncode == 1
    assert "Học sinh 7926000001 và học sinh 7926000077 có cùng số định danh cá nhân." in ended.stderr
    assert row(oneroster.take(write_package(ROSTER)), "pupils")[1:3] == ["0", "0"]


def test_many_problems_are_cut_short(oneroster: OneRoster) -> None:
    draft = Draft.of()
    for number in range(120):
        draft.add("orgs", sourcedId=f"o{number}", type="?")
    assert "... and 20 more.\n" in oneroster.take(draft.zip()).stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "no.zip"), "There is no file no.zip.\n"),
        (("import", "README.md"), "Không đọc được gói: không phải tệp zip hoặc tệp zip đã hỏng.\n"),
        (("export", "--school", "1", "--year", "2026-2027", "o.zip"),
         "Trường 1 không có lớp nào trong năm học 2026-2027.\n"),
        (("export", "--school", "1", "--year", "2026", "o.zip"), "Năm học phải có dạng 2023-2024, nhận được “2026”.\n"),
    ],
)  # fmt: skip
def test_a_trouble_is_one_sentence(oneroster: OneRoster, arguments: tuple[str, ...], sentence: str) -> None:
    ended = oneroster(*arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", sentence)
