"""Whether documents of the demo verify: what a process of its own does, which loads nothing else."""

from pathlib import Path

from cryptography import x509

from signing.container import unpack
from signing.verification.verify import verify


def verdict_on(path: Path, root: Path) -> tuple[bool, int]:
    """Whether a document and the container beside it hold, and how many signatures it bears."""
    roots = x509.load_pem_x509_certificates(root.read_bytes())
    container = unpack(path.with_suffix(".asice").read_bytes())
    if container.pdf != path.read_bytes():
        return False, 0
    verdict = verify(container.pdf, roots, evidence=[container.evidence], archive=container.material)
    return verdict.holds, len(verdict.signatures)
