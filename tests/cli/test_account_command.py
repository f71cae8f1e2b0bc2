"""`hocba account`: the first administrator's link, and a lost device that nobody else can help with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from signing.vault import Vault
from storage.database import Sessions, make_engine, make_sessions
from storage.tables import Account, AccountEvent, AccountLink, Position
from storage.visitors import sha256_of
from tests.cli.commands import Ended, Hocba
from tests.database import migrated_database
from tests.factories import make_school

CODE, NEW_ID = "79760001", "079180001234"


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """A database beside the common one: the command's own process sees only what is committed."""
    url = migrated_database(postgres_url, "accounts")
    engine = make_engine(url)
    with make_sessions(engine).begin() as session:
        make_school(session)
    engine.dispose()
    return url


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    engine = make_engine(database_url)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def account(hocba: Hocba, database_url: str, tmp_path: Path) -> Callable[..., Ended]:
    def run(*arguments: str) -> Ended:
        environment = {
            "HOCBA_VAR_DIR": str(tmp_path), "HOCBA_DATABASE_URL": database_url,
            "HOCBA_SITE_URL": "https://hocba.truong.example",
        }  # fmt: skip
        return hocba("account", *arguments, environment=environment, cwd=tmp_path)

    return run


def test_the_first_administrator_gets_in_by_a_link(
    account: Callable[..., Ended], sessions: Sessions, tmp_path: Path
) -> None:
    ended = account("invite", "--school", CODE, "--staff", NEW_ID, "--name", "Quản Trị Mẫu", "--admin")
    assert (ended.returncode, ended.stderr) == (0, "Quản Trị Mẫu: mau.qt\n")
    address, _, token = ended.stdout.strip().rpartition("/")
    assert address == "https://hocba.truong.example/lien-ket"
    key = tmp_path / "secrets" / "account-key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert Vault.open(key.parent).mac("x") == Vault.open(key.parent).mac("x")
    again = account("invite", "--school", CODE, "--staff", "Quản trị mẫu".title(), "--admin")
    assert again.returncode == 0
    with sessions() as session:
        links = session.scalars(select(AccountLink).order_by(AccountLink.created_at)).all()
        assert links[0].token_sha256 == sha256_of(token)
        assert links[0].expires_at == links[1].created_at
        assert session.scalars(select(Position.role).where(Position.role == "system_admin")).all() == ["system_admin"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("invite", "--school", "00000000", "--staff", "x"), "There is no school"),
        (("invite", "--school", CODE, "--staff", "Không Ai Cả"), "Nobody on the school's staff"),
        (("invite", "--school", CODE, "--staff", "Tên", "--name", "Tên"), "must be the personal id"),
        (("invite", "--school", CODE, "--staff", "Giáo viên Mẫu 101", "--email", "x"), "thư điện tử"),
        (("reset-second-factor", "--school", CODE, "--staff", "Giáo viên Mẫu 101", "--reason", "Mất máy"), "no second"),
        (("reset-second-factor", "--school", CODE, "--staff", "Giáo viên Mẫu 101", "--reason", ""), "lý do"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    account: Callable[..., Ended], arguments: tuple[str, ...], sentence: str
) -> None:
    ended = account(*arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_lost_device_is_forgotten_and_written_down(account: Callable[..., Ended], sessions: Sessions) -> None:
    assert account("invite", "--school", CODE, "--staff", "Giáo viên Mẫu 102").returncode == 0
    with sessions.begin() as session:
        found = session.scalars(select(Account).order_by(Account.created_at.desc())).first()
        assert found is not None
        found.totp_locked = b"x"
        account_id = found.id
    name = ("--school", CODE, "--staff", "Giáo viên Mẫu 102")
    assert account("reset-second-factor", *name, "--reason", "Mất điện thoại").stdout == "Done.\n"
    with sessions() as session:
        assert session.get_one(Account, account_id).totp_locked is None
        events = session.scalars(select(AccountEvent).where(AccountEvent.account_id == account_id)).all()
        assert [(each.kind, each.actor_id) for each in events] == [("invited", None), ("second_factor_reset", None)]
