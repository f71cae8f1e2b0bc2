"""docs/transfers.md: its commands, run as they stand there on a package, and its tables held against the code."""

import hashlib
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.serialization import Encoding

from config.settings import PROJECT
from domain.transfers.contents import PackedPaper, PaperKind
from domain.transfers.rules import transfer_rules
from domain.transfers.states import TransferState
from interchange.transfer.data import data_schema
from interchange.transfer.package import pack
from signing.authority import KeyKind
from tests.interchange.transfer.samples import package
from tests.signing import samples
from tests.signing.conftest import issue_cast

TEXT = (PROJECT / "docs" / "transfers.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
SAYS = {"hocba verify": "GÓI CHUYỂN TRƯỜNG", "pdfsig": "Total document signed", "manifest": "OK hoc-ba-2025-2026.pdf"}
SAYS |= {"pdfdetach": "BOUND 2025-2026"}


@pytest.fixture(scope="module")
def holder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package: sealed records, and a result that names them."""
    folder, whole = tmp_path_factory.mktemp("holder"), package()
    cast = issue_cast(tmp_path_factory.mktemp("pki"), KeyKind.P_256)
    sealed = cast.finished()
    years = [
        {"school_year": each.school_year, "sha256": hashlib.sha256(sealed).hexdigest()} for each in whole.data.years
    ]
    result = samples.render(rfc8785.dumps({"kind": "transfer_result", "content": {"past_years": years}}))
    papers = tuple(_with(each, result if each.kind is PaperKind.TRANSFER_RESULT else sealed) for each in whole.papers)
    (folder / "goi.zip").write_bytes(pack(replace(whole, papers=papers)))
    (folder / "root.pem").write_bytes(cast.authority.root.public_bytes(Encoding.PEM))
    return folder


def _with(paper: PackedPaper, pdf: bytes) -> PackedPaper:
    return replace(paper, pdf=pdf, evidence=b"")


@pytest.mark.parametrize("commands", COMMANDS)
def test_each_command_says_what_it_is_there_for(holder: Path, commands: str) -> None:
    path = os.pathsep.join([str(PROJECT / ".venv" / "bin"), os.environ["PATH"]])
    unpacked = "" if "zipfile -e" in commands else "python3 -m zipfile -e goi.zip goi\n"
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", unpacked + commands], cwd=holder, env=os.environ | {"PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "WRONG" not in said
    assert any(command in commands and words in said for command, words in SAYS.items()), said


def test_every_rule_field_and_check_is_described() -> None:
    names = [rule.version for rule in transfer_rules()] + [state.value for state in TransferState]
    schema = data_schema()
    names += [*schema["properties"], *schema["$defs"]["RunningYear"]["properties"]]
    names += [*schema["$defs"]["RunningTerm"]["properties"], *schema["$defs"]["PackedCell"]["properties"]]
    assert [name for name in names if name not in TEXT] == []
    assert len(COMMANDS) == len(SAYS)
