"""`python -m tests.fuzz.guided NAME SECONDS`: one reader fed by atheris, which keeps what reaches new code (libFuzzer).

Without arguments it lists the readers. What breaks one is written to var/fuzz; so is what led somewhere new.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["interchange", "signing", "domain"]):
    from tests.fuzz.answers import answer_targets
    from tests.fuzz.files import file_targets

from tests.fuzz.target import Target
from tests.signing.verification.world import make_world

FOLDER: Final = Path("var") / "fuzz"
LONGEST: Final = 200_000  # bytes of an input
HANGS_AFTER_S: Final = 60
MOST_MEMORY_MB: Final = 2048


def targets() -> Iterator[Target]:
    yield from file_targets()
    yield from answer_targets(make_world(Path(tempfile.mkdtemp())))


def main(name: str, seconds: str) -> None:
    target = next(each for each in targets() if each.name == name)
    corpus = FOLDER / name.replace("/", "-").replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, genuine in enumerate(target.genuine):
        (corpus / f"genuine-{number}").write_bytes(genuine)
    atheris.Setup(
        [
            "fuzz", str(corpus), f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANGS_AFTER_S}",
            f"-rss_limit_mb={MOST_MEMORY_MB}", f"-artifact_prefix={corpus}-", "-print_final_stats=1", "-verbosity=0",
        ],
        target.bears,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(*sys.argv[1:])
    else:
        sys.stdout.write("".join(f"{each.name}\n" for each in targets()))
