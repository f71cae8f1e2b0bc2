"""`hocba seed`: the demo school in the running services, one class issued and three at work, and its accounts."""

import asyncio

import httpx
import typer
from rich.console import Console
from rich.table import Table

from cli.demo_client import DemoClient
from cli.demo_data import PASSPHRASE, PASSWORD, DemoSchool, examples_of_project, load_school
from cli.demo_play import make_play
from config.settings import Settings
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from interchange.sample_school import ExampleSet

DUTIES = {"principal": "Hiệu trưởng", "seal": "Văn thư (đóng dấu)", "system_admin": "Quản trị hệ thống"}
AHEAD = "1A1"
# The classes in the middle of their work, and what has been handed in so far.
AT_WORK = {
    "1A2": ("toan", "dao_duc", "am_nhac"),
    "4A1": ("toan", "khoa_hoc"),
    "6A1": ("ngu_van", "toan", "tin_hoc"),
}


def seed_command() -> None:
    """Load the demo school and print its accounts; a second time changes nothing."""
    settings = Settings()
    examples = examples_of_project()
    school = load_school(settings, examples)
    asyncio.run(_begin(settings, school, examples))
    Console().print(_accounts(school))


async def _begin(settings: Settings, school: DemoSchool, examples: ExampleSet) -> None:
    """The first term: one class goes all the way, the others stand in the middle of their work."""
    async with httpx.AsyncClient(base_url=settings.api_url, timeout=90, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {school.accounts[PRINCIPAL].token}"}
        if (await http.get("/api/v1/class-terms", headers=headers)).raise_for_status().json():
            return  # the books are open, and what people did in them stays
        typer.echo("Loading the demo school …")
        client = DemoClient(http, school, [AHEAD])
        ahead = make_play(examples, (AHEAD, Term.HK1), client, lambda step: typer.echo(f"  {AHEAD} · {step}"))
        await ahead.prepare()
        await ahead.approve_all()
        for name, submitted in AT_WORK.items():
            at_work = make_play(examples, (name, Term.HK1), client, lambda _: None)
            await at_work.prepare()
            await at_work.submit_some(submitted)


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
    return table
