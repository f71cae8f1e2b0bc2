"""`hocba seed`: the demo school in the running services, standing where each role has something to do; its accounts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import httpx
import typer
from rich.console import Console
from rich.table import Table

from cli.database import opened
from cli.demo_client import DemoClient
from cli.demo_data import (
    PASSPHRASE,
    PASSWORD,
    DemoSchool,
    examples_of_project,
    load_school,
    unsettle_certificates,
)
from cli.demo_matters import DemoMatters
from cli.demo_office import LOGINS, load_office
from cli.demo_play import TermPlay, make_play
from cli.demo_season import DemoSeason
from config.settings import Settings
from config.temporal import connect
from domain.assessment import Term
from domain.calendar import day_of, end_of_day
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.duties import DUTY_NAMES
from interchange.sample_school import ExampleSet

DUTIES = {"principal": "Hiệu trưởng", "seal": "Văn thư (đóng dấu)", "system_admin": "Quản trị hệ thống"}
# What has been handed in so far in the class that is still at entry.
HANDED_IN = ("ngu_van", "toan", "tin_hoc")
FIRST_PART = 30  # pupils of 1A2 whom the principal has approved: they wait for the seal, the others for the principal
ISSUED_FIRST = 10  # pupils of 1A1 whose year is sealed already
REVIEWED = 20  # pupils of 4A1 who wait for their subject teachers' signatures
UNSIGNED = ("toan", "tieng_viet", "am_nhac")
UNCLEAR = "Nhận xét chưa nêu rõ nội dung học sinh cần cố gắng; thầy cô bổ sung giúp."
LATE_CLASS, LATE_DAYS = "6A1", 3  # its deadline has passed, and some of its teachers' certificates are not in order
WITHOUT_CERTIFICATE, CERTIFICATE_ENDS = "6A1/giao_duc_dia_phuong", "6A1/nghe_thuat"
WAITS = "Chờ gia đình bổ sung giấy khai sinh."


def seed_command() -> None:
    """Load the demo school and print its accounts; a second time changes nothing."""
    settings = Settings()
    examples = examples_of_project()
    school = load_school(settings, examples)
    asyncio.run(_begin(settings, school, examples))
    Console().print(_accounts(school))


async def _begin(settings: Settings, school: DemoSchool, examples: ExampleSet) -> None:
    """One class has its first term behind it and is at the year's end, the others stand where each role has
    something to do.
    """
    async with httpx.AsyncClient(base_url=settings.api_url, timeout=90, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {school.accounts[PRINCIPAL].token}"}
        if (await http.get("/api/v1/class-terms", headers=headers)).raise_for_status().json():
            return  # the books are open, and what people did in them stays
        typer.echo("Loading the demo school …")
        for (name, term), scene in SCENES.items():
            client = DemoClient(http, school, [name])
            play = make_play(examples, (name, term), client, partial(_say, name, term))
            await play.prepare()
            await scene(play)
            if name == LATE_CLASS:
                await _let_pass(play, client, school)
        await asyncio.to_thread(unsettle_certificates, settings, school, WITHOUT_CERTIFICATE, CERTIFICATE_ENDS)
        await _begin_campaign(settings, school, http)


async def _begin_campaign(settings: Settings, school: DemoSchool, http: httpx.AsyncClient) -> None:
    """The office over the school, in the middle of a campaign with thirty schools; and what goes on between people."""
    typer.echo("Loading the demo office …")
    office = await asyncio.to_thread(load_office, settings, school.school_id)
    with opened(settings.database_url) as sessions:
        client = await connect(settings)
        await DemoSeason(client, http, sessions, office).play(UUID(school.school_id))
        typer.echo("Loading the demo's matters …")
        await DemoMatters(client, sessions, school, office).play()


async def _issued(play: TermPlay) -> None:
    await play.approve_all()


async def _at_the_offices(play: TermPlay) -> None:
    """Most pupils wait for the seal, the last ones for the principal."""
    records = list(play.records.values())
    await play.submit_all()
    await play.review(records)
    await play.sign_sheets(records)
    for part in (records[:FIRST_PART], records[FIRST_PART:]):
        await play.sign("sign", [HOMEROOM], part)
    await play.sign("approve", [PRINCIPAL], records[:FIRST_PART])


async def _at_the_teachers(play: TermPlay) -> None:
    """Some pupils wait for signatures, some for the homeroom teacher; one was sent back, one is held."""
    records = list(play.records.values())
    await play.submit_all()
    await play.review(records[:REVIEWED])
    await play.sign_sheets(records[:REVIEWED], but=UNSIGNED)
    await play.send_back(records[-1:], "am_nhac", UNCLEAR)
    await play.hold(records[-2:-1], WAITS)


async def _at_entry(play: TermPlay) -> None:
    await play.submit_some(HANDED_IN)


async def _at_the_years_end(play: TermPlay) -> None:
    """Some records are issued and wait to be submitted; of the others promotions and commendations are proposed, and
    whom the school promotes all the same is still to be decided.
    """
    await play.submit_all()
    reviewed = list(play.records.values())[:REVIEWED]
    await play.review(reviewed)
    promoted = await play.promoted()
    first = [each for each in reviewed if each in promoted][:ISSUED_FIRST]
    await play.sign_sheets(first)
    for action, slot in (("sign", HOMEROOM), ("approve", PRINCIPAL), ("seal", SEAL)):
        await play.sign(action, [slot], first)


async def _let_pass(play: TermPlay, client: DemoClient, school: DemoSchool) -> None:
    """The class is late, so that whoever manages the school has somebody to nudge."""
    due_at = end_of_day(day_of(datetime.now(UTC)) - timedelta(days=LATE_DAYS))
    body = {"command_id": str(uuid4()), "policy_version": 2, "due_at": due_at.isoformat()}
    await client.send("POST", f"/class-terms/{play.class_term_id}/deadline", school.accounts[PRINCIPAL], body)


SCENES: Final[Mapping[tuple[str, Term], Callable[[TermPlay], Awaitable[None]]]] = {
    ("1A1", Term.HK1): _issued,
    ("1A1", Term.YEAR_END): _at_the_years_end,
    ("1A2", Term.HK1): _at_the_offices,
    ("4A1", Term.HK1): _at_the_teachers,
    ("6A1", Term.HK1): _at_entry,
}


def _say(name: str, term: Term, step: str) -> None:
    typer.echo(f"  {name}, {term.label} · {step}")


def _accounts(school: DemoSchool) -> Table:
    """Who can be tried, and with which API token; the signature passphrase is the same for all."""
    title = f"Tài khoản dùng thử · mật khẩu đăng nhập: {PASSWORD} · mật khẩu chữ ký: {PASSPHRASE}"
    table = Table(title=title, title_justify="left")
    # In a narrow window the names to sign in with stay whole.
    for heading, least in (("Người", 0), ("Việc", 0), ("Đăng nhập", 10), ("Mã truy cập API (chỉ từ máy này)", 0)):
        table.add_column(heading, no_wrap=True, min_width=least or None)
    for duty, account in school.accounts.items():
        class_name, _, slot = duty.rpartition("/")
        if duty in DUTIES or slot == HOMEROOM:
            table.add_row(
                account.full_name, DUTIES.get(duty, f"Chủ nhiệm lớp {class_name}"), account.login, account.token
            )
    for login, (name, duty, ward) in LOGINS.items():
        table.add_row(name, f"{DUTY_NAMES[duty]}{f', phường {ward}' if ward else ''}", login, "")
    return table
