"""Write the sample workbooks: `python -m interchange.sample_school --out examples`."""

import argparse
import sys
from pathlib import Path

from domain.errors import Invalid
from interchange.sample_school import class_names, generate


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m interchange.sample_school", description=__doc__)
    parser.add_argument("--classes", type=int, default=2, help="of grade 1, 1..10 (default 2)")
    parser.add_argument("--pupils", type=int, default=35, help="5..50 per class (default 35)")
    parser.add_argument("--out", type=Path, default=Path("examples"), help="folder (default examples)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        examples = generate(given.out, class_names(given.classes), given.pupils, given.seed)
    except Invalid as refused:
        parser.error(refused.message)
    for path in (examples.staff, *examples.rosters.values(), *examples.marks.values()):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
