"""Accounts of several schools, and administrators who press at the same time: what keeps them apart."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.main import create_app
from domain.account_states import AccountEventKind
from storage import account_events, visitors
from storage.account_events import Deed
from storage.database import Sessions
from storage.tables import AccountLink, Staff
from tests.api.assembled import make_services
from tests.api.classroom import live_school
from tests.api.conftest import As
from tests.api.doors import give_password
from tests.api.fakes import FakeApprovals
from tests.api.world import Keyring, World, at_desk, make_admin, sign_in

USERS = "/nguoi-dung"


async def test_what_an_account_did_at_another_school_is_not_shown_here(desk: As, db: Session, world: World) -> None:
    shared, music = give_password(db, world.who("foreigner")), db.get_one(Staff, world.who("music"))
    there = Deed(world.who("foreigner"), "198.51.100.9", "Safari trên iPhone")
    account_events.record(db, shared.id, AccountEventKind.SECOND_FACTOR_RESET, there, "Mất máy ở trường kia")
    account_events.record(db, shared.id, AccountEventKind.SIGNED_IN, Deed(music.id, "192.0.2.44", "Firefox"))
    music.account_id = shared.id
    db.commit()
    page = (await desk("admin").get(f"{USERS}/{music.id}")).text
    assert "192.0.2.44" in page
    assert [told for told in ("198.51.100.9", "Mất máy ở trường kia", "iPhone") if told in page] == []
    assert "–" in page[page.index("Dùng lần cuối") :][:60]


async def test_two_invitations_in_one_moment_make_one_account(
    live_sessions: Sessions, keys: Keyring, objects_folder: Path
) -> None:
    """The second waits until the first is done, and finds that there is an account."""
    with live_sessions.begin() as session:
        school = live_school(session)
        invited, cookie = school.clerk, sign_in(session, make_admin(session, school))
        session.get_one(Staff, invited).account_id = None
    app = create_app(make_services(live_sessions, FakeApprovals(), keys, objects_folder))
    path, forms = f"{USERS}/{invited}/moi", [{"command_id": str(uuid4())} for _ in range(4)]
    answers = await asyncio.gather(*(at_desk(app, cookie).post(path, data=form) for form in forms))
    everybody = [at_desk(app, cookie).post(f"{USERS}/moi-tat-ca", data=forms[0]) for _ in range(3)]
    answers += await asyncio.gather(*everybody)
    assert {answer.status_code for answer in answers} == {303}
    with live_sessions() as session:
        account = visitors.account_of(session, invited)
        assert account is not None
        links = session.scalars(select(AccountLink).where(AccountLink.account_id == account.id)).all()
        assert {link.id for link in links} == {UUID(form["command_id"]) for form in forms}
