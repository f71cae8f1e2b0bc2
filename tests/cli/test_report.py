"""`hocba report authority`: a workbook of numbers from the database, or one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.database import make_engine, make_sessions
from tests.cli.commands import Ended, Hocba
from tests.database import migrated_database
from tests.factories import make_class, make_school, open_book
from tests.interchange.reading_back import rows_of

COMMUNE = "Ủy ban nhân dân phường Tân Bình"


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """A database beside the common one: the command's own process sees only what is committed."""
    url = migrated_database(postgres_url, "reported")
    engine = make_engine(url)
    with make_sessions(engine).begin() as session:
        open_book(session, make_class(session, make_school(session)))
    engine.dispose()
    return url


@pytest.fixture
def report(hocba: Hocba, database_url: str, tmp_path: Path) -> Callable[..., Ended]:
    def run(*arguments: str, **settings: str) -> Ended:
        environment = {"HOCBA_VAR_DIR": str(tmp_path / "var"), "HOCBA_DATABASE_URL": database_url, **settings}
        return hocba("report", "authority", *arguments, environment=environment, cwd=tmp_path)

    return run


def test_the_workbook_is_written_where_it_is_said(report: Callable[..., Ended], tmp_path: Path) -> None:
    ended = report(COMMUNE, "--year", "2026-2027", "--term", "hk1")
    assert (ended.returncode, ended.stdout) == (0, "bao-cao_2026-2027_hk1.xlsx\n")
    rows = rows_of((tmp_path / "bao-cao_2026-2027_hk1.xlsx").read_bytes(), "Tiến độ")
    assert rows[7][:7] == ["1", "79760001", "Trường Tiểu học Mẫu số 1", "1", "3", "0", "1"]
    other = report(COMMUNE, "--year", "2026-2027", "--out", str(tmp_path / "khac.xlsx"))
    assert (other.returncode, (tmp_path / "khac.xlsx").is_file()) == (0, True)


@pytest.mark.parametrize(
    ("authority", "year", "sentence"),
    [
        ("Sở Nào Đó", "2026-2027", "Không có cơ quan quản lý “Sở Nào Đó”."),
        (COMMUNE, "2026", "Năm học phải có dạng 2023-2024, nhận được “2026”."),
    ],
)
def test_a_trouble_is_one_sentence(
    report: Callable[..., Ended], tmp_path: Path, authority: str, year: str, sentence: str
) -> None:
    ended = report(authority, "--year", year)
    assert (ended.returncode, ended.stderr) == (1, f"{sentence}\n")
    assert list(tmp_path.glob("*.xlsx")) == []


def test_results_are_judged_by_the_rules_of_the_installation(report: Callable[..., Ended], tmp_path: Path) -> None:
    ended = report(COMMUNE, "--year", "2026-2027", HOCBA_RULES_DIR=str(tmp_path / "rules"))
    assert (ended.returncode, ended.stderr) == (1, f"Không có thư mục quy tắc {tmp_path / 'rules'}.\n")


def test_without_a_kind_of_report_the_kinds_are_shown(hocba: Hocba) -> None:
    ended = hocba("report")
    assert ended.returncode == 2
    assert "authority" in ended.stdout + ended.stderr
