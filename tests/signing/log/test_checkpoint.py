"""Checkpoints: the format of the specification, one of a public log with its witnesses, and what is refused."""

from datetime import UTC, datetime

import pytest

from signing.log.checkpoint import Checkpoint, open_checkpoint
from signing.log.errors import NoteInvalid
from signing.log.merkle import EMPTY_ROOT
from signing.log.notes import Note, VerifierKey
from tests.signing.log.samples import ORIGIN, signer

# A checkpoint of a public log with signatures of other kinds (ignored) and of public witnesses.
PUBLIC = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501 - lines of signatures cannot be broken
PUBLIC_ORIGIN = PUBLIC.partition("\n")[0]
PUBLIC_KEY = VerifierKey.parse(f"{PUBLIC_ORIGIN}+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f")
WITNESSES = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]
# The example of c2sp.org/tlog-checkpoint.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def signed(checkpoint: Checkpoint, *, seed: int = 1) -> bytes:
    return Note(checkpoint.text, (signer(seed=seed).sign(checkpoint.text),)).encode()


def test_the_example_of_the_specification_is_read_and_written_alike() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text == EXAMPLE


def test_a_checkpoint_of_a_public_log_is_verified() -> None:
    checkpoint = open_checkpoint(PUBLIC.encode(), PUBLIC_KEY, PUBLIC_ORIGIN)
    assert checkpoint.size == 1_432_088_532


@pytest.mark.parametrize("vkey", WITNESSES)
def test_cosignatures_of_public_witnesses_are_verified(vkey: str) -> None:
    line = VerifierKey.parse(vkey).find(Note.parse(PUBLIC.encode()))
    assert line.cosigned_at == datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)


@pytest.mark.parametrize("vkey", WITNESSES)
def test_cosignatures_do_not_fit_another_size(vkey: str) -> None:
    note = Note.parse(PUBLIC.replace("1432088532", "1432088533").encode())
    with pytest.raises(NoteInvalid, match="không đúng"):
        VerifierKey.parse(vkey).find(note)


def test_extension_lines_are_kept_and_signed() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT, ("2027-06-15", "+"))
    data = signed(checkpoint)
    assert open_checkpoint(data, signer().log_key, ORIGIN) == checkpoint
    with pytest.raises(NoteInvalid, match="không đúng"):
        open_checkpoint(data.replace(b"2027", b"2026"), signer().log_key, ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"o\n7\n{ROOT}",
        "o\n7\n",
        f"\n7\n{ROOT}\n",
        f"o\n07\n{ROOT}\n",
        f"o\n-7\n{ROOT}\n",
        f"o\n+7\n{ROOT}\n",
        f"o\n٧\n{ROOT}\n",
        f"o\n{'9' * 5000}\n{ROOT}\n",
        f"o\n7\n{ROOT[4:]}\n",
        f"o\n7\nAAAA{ROOT}\n",
        f"o\n7\n{ROOT[:-1]}\n",
        f"o\n7\n{ROOT.replace('2I=', '2J=')}\n",
        f"o\n7\n{ROOT}\n\n",
        f"o\n7\n{ROOT}\n\nextension\n",
        f"o\n7\n{ROOT}\nextension",
        f"o\tp\n7\n{ROOT}\n",
        f"o\r\n7\n{ROOT}\n",
    ],
)
def test_a_malformed_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteInvalid, match="Điểm chốt của nhật ký sai định dạng"):
        Checkpoint.parse(text)


@pytest.mark.parametrize(("origin", "extensions"), [("", ()), ("a\nb", ()), ("a", ("",)), ("a", ("b\nc",))])
def test_what_could_not_be_read_back_is_not_written(origin: str, extensions: tuple[str, ...]) -> None:
    with pytest.raises(NoteInvalid, match="sai định dạng"):
        Checkpoint(origin, 0, EMPTY_ROOT, extensions)


def test_a_checkpoint_by_another_key_is_refused() -> None:
    with pytest.raises(NoteInvalid, match="không có chữ ký"):
        open_checkpoint(signed(Checkpoint(ORIGIN, 0, EMPTY_ROOT), seed=2), signer().log_key, ORIGIN)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(NoteInvalid, match=r"thuộc nhật ký khác: “other\.example”"):
        open_checkpoint(signed(Checkpoint("other.example", 0, EMPTY_ROOT)), signer().log_key, ORIGIN)
