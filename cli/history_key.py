"""`hocba history-key`: the keys under which Temporal's histories are encrypted, and their rotation (docs/keys.md)."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli.trouble import Trouble
from config.history_keys import FILE, HistoryKeyMissing, KeySet, load, store
from config.settings import Settings

app = typer.Typer(name="history-key", no_args_is_help=True, add_completion=False)
KeyId = Annotated[str, typer.Argument(metavar="ID", help="As `hocba history-key list` names it.")]


@app.callback()
def describe() -> None:
    """Rotate the keys of Temporal's histories: add, hand the file to every machine, use; drop after the retention."""


@app.command("list")
def list_command() -> None:
    """Name the keys, the one in use marked; a key's name begins with the day it was made on."""
    keys = load(_folder())
    for key_id in sorted(keys.keys):
        typer.echo(f"{key_id}{'  in use' if key_id == keys.current else ''}")


@app.command("add")
def add_command() -> None:
    """Make a key that nothing is encrypted with yet."""
    _change(KeySet.with_another)
    typer.echo(f"Now give {_folder() / FILE} to every machine, then use the new key.", err=True)
    list_command()


@app.command("use")
def use_command(key_id: KeyId) -> None:
    """Encrypt with this key from now on; running processes take it up within half a minute."""
    _change(lambda keys: keys.using(key_id))
    list_command()


@app.command("drop")
def drop_command(key_id: KeyId) -> None:
    """Forget a key: histories that it encrypted can never be read again."""
    _change(lambda keys: keys.without(key_id))
    list_command()


def _folder() -> Path:
    return Settings().secrets_dir


def _change(change: Callable[[KeySet], KeySet]) -> None:
    folder = _folder()
    try:
        store(folder, change(load(folder)))
    except HistoryKeyMissing as missing:
        raise Trouble(f"There is no key {missing}; 'hocba history-key list' names them.") from missing
    except ValueError as error:
        raise Trouble(f"{error} is in use: use another key first.") from error
