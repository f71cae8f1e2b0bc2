"""Software of other people agrees: Bouncy Castle on whole records, OpenSSL on the token over a batch."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.evidence.checking import check_evidence
from signing.evidence.errors import EvidenceInvalid
from signing.evidence.records import Chains, Stamp, assemble
from signing.evidence.tree import HashTree
from tests.signing.conftest import tool, tool_file
from tests.signing.evidence.batches import REHASHED, STAMPED, hashes_of, make_files, rehashed, renewed, stamped_files
from tests.signing.evidence.conftest import Authorities

JARS = ("bcpkix.jar", "bcprov.jar", "bcutil.jar")
PROGRAM = Path(__file__).with_name("VerifyErs.java")
Case = tuple[Chains, bytes]


def bouncy_castle(cases: Sequence[Case], authorities: Authorities, folder: Path) -> list[str]:
    """Its verdict on each record and file, by one start of the virtual machine."""
    everyone = (authorities.first, authorities.second, authorities.third)
    (folder / "tsas.pem").write_bytes(b"".join(each.tsa.certificate.public_bytes(Encoding.PEM) for each in everyone))
    arguments: list[Path] = []
    for at, (chains, file) in enumerate(cases):
        (folder / f"{at}.er").write_bytes(assemble(chains))
        (folder / f"{at}.file").write_bytes(file)
        arguments += [folder / f"{at}.er", folder / f"{at}.file", folder / "tsas.pem"]
    jars = ":".join(str(tool_file(f"usr/share/java/{jar}")) for jar in JARS)
    command = [tool("java"), "-cp", jars, str(PROGRAM), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def cases(authorities: Authorities) -> list[Case]:
    """Batches of many sizes, then one record renewed, renewed twice, and begun anew with a stronger hash function."""
    found: list[Case] = []
    for count in (1, 2, 3, 5, 35, 1000, 5000):
        files = make_files(count)
        stamps = stamped_files(files, authorities.first)
        found += [([[stamps[at]]], files[at]) for at in {0, count // 2, count - 1}]
    first, file = stamps[0], files[0]
    again = renewed([first, *stamped_files(make_files(3), authorities.first)[:1]], authorities.second)[0]
    third = renewed([again], authorities.third, REHASHED)[0]
    longer: list[list[list[Stamp]]] = [[[first, again]], [[first, again, third]]]
    newest = rehashed([(longer[0], file), ([[first]], file)], authorities.third)[0]
    return [*found, *((chains, file) for chains in longer), ([*longer[0], [newest]], file)]


def test_bouncy_castle_accepts_every_record_and_no_changed_file(authorities: Authorities, tmp_path: Path) -> None:
    good = cases(authorities)
    changed = [(chains, file + b" ") for chains, file in good]
    said = bouncy_castle([*good, *changed], authorities, tmp_path)
    assert said[: len(good)] == ["accepted"] * len(good)
    assert all("hash not found" in each for each in said[len(good) :])
    assert len(said) == 2 * len(good)


def test_bouncy_castle_refuses_what_we_refuse(authorities: Authorities, tmp_path: Path) -> None:
    files = make_files(5)
    stamps = stamped_files(files, authorities.first)
    again = renewed(stamps[:1], authorities.second)[0]
    foreign = Stamp("sha256", stamps[0].path, authorities.first.token(bytes(32), STAMPED))
    wrong: list[Case] = [([[stamps[1]]], files[0]), ([[foreign]], files[0]), ([[again, stamps[0]]], files[0])]
    for chains, file in wrong:
        with pytest.raises(EvidenceInvalid):
            check_evidence(assemble(chains), hashes_of(file), authorities.roots, moment=REHASHED)
    assert all(each.startswith("refused: ") for each in bouncy_castle(wrong, authorities, tmp_path))


def test_openssl_accepts_the_token_over_a_batch(authorities: Authorities, tmp_path: Path) -> None:
    tree = HashTree.over([hashes_of(file)("sha256") for file in make_files(35)])
    (tmp_path / "token.der").write_bytes(authorities.first.token(tree.root, STAMPED))
    (tmp_path / "root.pem").write_bytes(authorities.first.root.certificate.public_bytes(Encoding.PEM))
    for digest, verdict in ((tree.root, "Verification: OK"), (bytes(32), "Verification: FAILED")):
        command = [tool("openssl"), "ts", "-verify", "-digest", digest.hex(), "-token_in"]
        at = str(int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()))
        files = ["-in", str(tmp_path / "token.der"), "-CAfile", str(tmp_path / "root.pem")]
        done = subprocess.run([*command, *files, "-attime", at], capture_output=True, text=True, check=False)
        assert verdict in done.stdout, done.stderr
