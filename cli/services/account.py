"""Which account PostgreSQL runs under, and how a child is tied to the life of its parent."""

import os
import pwd
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cli.trouble import Trouble

ROOT = 0
OTHERS_MAY_PASS = 0o001


@dataclass(frozen=True)
class Account:
    """A user and group by number."""

    uid: int
    gid: int


def postgres_account(data: Path) -> Account | None:
    """Return the account PostgreSQL must change to, None to stay who we are.

    PostgreSQL refuses to run as root. Root therefore lends it the account that owns `data` already, or `nobody`.
    Raises Trouble when an ordinary user meets data of another account, or root finds no account to lend.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != ROOT:
        if owner not in (None, os.geteuid()):
            raise Trouble(
                f"{data} belongs to another account (uid {owner}): start hocba under the account that made it."
            )
        return None
    if owner:
        return Account(owner, data.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble(
            "PostgreSQL may not run as root and there is no account 'nobody': use an ordinary account."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def give(folder: Path, account: Account | None) -> None:
    """Make `folder` private (0700) and owned by `account`; only ever used on folders hocba itself made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def tied_to_parent(command: Iterable[str], signal_name: str) -> list[str]:
    """Return `command` so that Linux sends it `signal_name` when its parent dies, even by kill -9 (prctl(2) PDEATHSIG).

    Where util-linux is missing the command runs as it is; a later start then ends what was left over.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, "--", *command] if setpriv else [*command]


def as_account(command: Iterable[str], account: Account | None, reaches: Iterable[Path], signal_name: str) -> list[str]:
    """Return `command` run as `account`, tied to its parent; it must be able to reach the paths `reaches`."""
    if account is None:
        return tied_to_parent(command, signal_name)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Trouble("PostgreSQL may not run as root and setpriv (util-linux) is missing: use an ordinary account.")
    closed = not all(_open_to_others(path) for path in reaches)
    who = [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    return [setpriv, *(_PASS_CLOSED_FOLDERS if closed else []), *who, "--pdeathsig", signal_name, "--", *command]


# The project may lie in a folder only root may enter, such as /root. Instead of opening that folder to everybody,
# the child keeps one capability. `no_setuid_fixup` makes access(2), which initdb asks, honour it (capabilities(7)).
_PASS_CLOSED_FOLDERS = [
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
]


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & OTHERS_MAY_PASS for folder in path.absolute().parents if folder.exists())
