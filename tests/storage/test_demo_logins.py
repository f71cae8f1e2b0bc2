"""Names and a password for everybody of a demo: given once, and never over one that somebody chose."""

from sqlalchemy.orm import Session

from storage import demo, visitors
from storage.tables import Staff
from tests.factories import make_school


def test_logins_are_given_once(db: Session) -> None:
    school = make_school(db)
    ids = {db.get_one(Staff, who).personal_id: who for who in (school.principal, school.clerk)}
    wanted = dict(zip(ids, ("hieutruong", "vanthu"), strict=True))
    made: list[str] = []

    def password() -> str:
        made.append("hash")
        return f"hash {len(made)}"

    assert demo.give_logins(db, school.school_id, wanted, password) == wanted
    account = visitors.account_of(db, school.principal)
    assert account is not None
    account.login, account.password_hash = "chon-lai", "chosen"
    db.flush()
    again = demo.give_logins(db, school.school_id, wanted, password)
    assert sorted(again.values()) == ["chon-lai", "vanthu"]
    assert (made, account.password_hash) == (["hash"], "chosen")


def test_a_taken_login_gets_an_ending(db: Session) -> None:
    first, second = make_school(db, 1), make_school(db, 2)
    for school in (first, second):
        personal_id = db.get_one(Staff, school.principal).personal_id
        logins = demo.give_logins(db, school.school_id, {personal_id: "hieutruong"}, lambda: "hash")
    assert logins[personal_id].startswith("hieutruong.")
