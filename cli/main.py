"""The `hocba` command: finds the sub-command, reports troubles in one sentence, ends safely."""

import errno
import os
import sys
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from typer.core import TyperGroup

from cli.trouble import Trouble
from config.process import importing
from domain.errors import DomainError

COMMANDS = {
    "up": "cli.up:up_command",
    "demo": "cli.demo:demo_command",
    "simulate": "cli.simulate:simulate_command",
    "verify": "cli.verify:verify_command",
    "seed": "cli.seed:seed_command",
    "migrate": "cli.migrate:migrate_command",
    "doctor": "cli.doctor:doctor_command",
    "backup": "cli.backup:backup_command",
    "restore": "cli.restore:restore_command",
    "rebuild": "cli.rebuild:rebuild_command",
    "export-record": "cli.export_record:export_record_command",
    "oneroster": "cli.oneroster:app",
    "account": "cli.account:app",
    "history-key": "cli.history_key:app",
    "audit": "cli.audit:audit_command",
    "cosign": "cli.cosign:cosign_command",
    "report": "cli.report:app",
    "school": "cli.school:app",
    "workers": "cli.workers:app",
    "token-bridge": "cli.token_bridge:token_bridge_command",
}
# A default that could not be derived because the value it depends on is wrong, which is said already.
FOLLOWS = "default_factory_not_called"


# What an operator can cure; any other failing system call is a bug and shows where.
OPERATORS_TROUBLES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)


class LazyCommands(TyperGroup):
    """Imports a sub-command only when it is asked for: `hocba verify` must not wait for Temporal's library."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # noqa: ARG002
        """Return the names in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override] # noqa: ANN401, ARG002
        """Return the command, or None when there is no such one."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        with importing():
            found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(found)
        return typer.main.get_command(single)


app = typer.Typer(cls=LazyCommands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def describe() -> None:
    """Học bạ số: the approval of digital school report books, from entry to seal."""


def run() -> None:
    """Run the command line; never returns."""
    leave(exit_status())


def exit_status() -> int:
    """Run the command line and return its exit status; expected troubles become one sentence on stderr."""
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (Trouble, DomainError) as trouble:
        return _report(str(trouble))
    except OSError as trouble:
        if trouble.errno not in OPERATORS_TROUBLES:
            raise
        return _report(f"{trouble.strerror}: {trouble.filename or 'the disk of the state folder'}.")
    except ValidationError as invalid:
        return _report("; ".join(_setting_sentence(error) for error in invalid.errors() if error["type"] != FOLLOWS))
    return 0


def _setting_sentence(error: ErrorDetails) -> str:
    name = f"HOCBA_{str(error['loc'][0]).upper()}: " if error["loc"] else ""
    return f"Settings: {name}{error['msg'].removeprefix('Value error, ')}"


def _report(sentence: str) -> int:
    typer.echo(sentence, err=True)
    return 1


def leave(status: int) -> None:
    """End the process. Python 3.11 may crash while Temporal's threads still end (sdk-python issue 300): skip that."""
    sys.stdout.flush()
    sys.stderr.flush()
    if "temporalio.bridge.runtime" in sys.modules:
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
