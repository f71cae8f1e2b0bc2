"""What one process of the paper pool does: write a paper, prepare a signature, embed it. Bytes in and out by hash."""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.x509 import Certificate, load_pem_x509_certificates

from config.process import collect_rarely, keep_memory
from documents.content import Exchanged
from documents.render import Renderer, RenderFailed
from domain.errors import DomainError
from domain.year_records import DocumentContent
from signing.dss import ValidationMaterial
from signing.mechanisms import Mechanism
from signing.pdf import BatchSigner, PreparedSignature, SealProof, embed
from storage.buckets import Place
from storage.objects import ObjectDamaged, ObjectMissing, Objects
from storage.paper_outcomes import Embedded, PaperFailure
from telemetry import logs

BROKEN = "Văn bản của học sinh này gặp lỗi kĩ thuật; hãy báo cán bộ quản trị."


@dataclass(frozen=True)
class Key:
    """Whose signature it is to be, and by which mechanism."""

    chain_pem: str
    mechanism: Mechanism


@dataclass(frozen=True)
class ProofTask:
    """Where a seal's validation data and the school's picture of it are kept, and the room for its time stamp."""

    material_sha256: str
    token_bytes: int
    seal_image_sha256: str | None = None


@dataclass(frozen=True)
class PrepareTask:
    """Either `content` to write, or the hash of a paper that bears earlier signatures.

    Without a key the paper is left as it is, for somebody who signs whole documents elsewhere.
    """

    content: DocumentContent | None
    sha256: str | None
    field: str
    key: Key | None
    signing_time: datetime
    proof: ProofTask | None = None
    exchanged: Exchanged | None = None  # the content in the words of the national record


@dataclass(frozen=True)
class PreparedPaper:
    """A stored paper with the hole for one signature, and what has to be signed; nothing if it is signed elsewhere."""

    content_sha256: str
    prepared_sha256: str
    document_digest: bytes | None = None
    attrs_der: bytes | None = None
    region: tuple[int, int] | None = None


@dataclass(frozen=True)
class EmbedTask:
    """A prepared paper as it was kept, the raw signature for it, and for a seal the time stamp of that."""

    prepared_sha256: str
    field: str
    document_digest: bytes
    attrs_der: bytes
    region: tuple[int, int]
    key: Key
    raw_signature: bytes
    token: bytes | None = None


@dataclass(frozen=True, eq=False)
class Bench:
    objects: Objects
    renderer: Renderer


_benches: list[Bench] = []


def start(objects: Place, verify_url: str) -> None:
    """Called once in each process of the pool."""
    # There is a process for each processor: Typst's own threads, two for each, would only wait for each other.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    logs.set_up()
    collect_rarely()
    keep_memory()
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    _benches[:] = [Bench(Objects(objects), Renderer(verify_url))]


def _end_with_parent(parent: int) -> None:
    """A worker that is killed must not leave its pool behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def is_ready() -> bool:
    return bool(_benches)


def prepare_all(tasks: Sequence[PrepareTask]) -> list[PreparedPaper | PaperFailure]:
    """What is lost of these in a power cut is prepared anew."""
    return [prepare(task) for task in tasks]


def embed_all(tasks: Sequence[EmbedTask]) -> list[Embedded | PaperFailure]:
    """The signed papers are on the disk when this returns, for rows will name them."""
    found = [embed_signature(task) for task in tasks]
    _benches[0].objects.settle([one.sha256 for one in found if isinstance(one, Embedded)])
    return found


def prepare(task: PrepareTask) -> PreparedPaper | PaperFailure:
    """Prepare one paper; a refusal, or a paper that is poisoned, fails this paper only."""
    bench = _benches[0]
    try:
        pdf, content_sha256 = _unsigned(bench, task)
        if task.key is None:
            return PreparedPaper(content_sha256, bench.objects.prepared.put(pdf, task.sha256, len(pdf)))
        prepared = _signer(bench, task.key, task.signing_time, task.proof).prepare(pdf, task.field)
    except DomainError as error:
        return PaperFailure(error.code, error.message)
    except (RenderFailed, ObjectMissing, ObjectDamaged) as error:
        return PaperFailure(type(error).__name__, BROKEN)
    return PreparedPaper(
        content_sha256=content_sha256,
        prepared_sha256=bench.objects.prepared.put(prepared.pdf, task.sha256, len(pdf)),
        document_digest=prepared.document_digest,
        attrs_der=prepared.attrs_der,
        region=(prepared.region_start, prepared.region_end),
    )


def embed_signature(task: EmbedTask) -> Embedded | PaperFailure:
    """Embed one signature; the same task gives the same bytes."""
    bench = _benches[0]
    chain = _chain(task.key.chain_pem)
    try:
        pdf = bench.objects.prepared.get(task.prepared_sha256)
    except (ObjectMissing, ObjectDamaged) as error:
        return PaperFailure(type(error).__name__, BROKEN)
    prepared = PreparedSignature(
        pdf=pdf,
        field=task.field,
        mechanism=task.key.mechanism,
        document_digest=task.document_digest,
        attrs_der=task.attrs_der,
        region_start=task.region[0],
        region_end=task.region[1],
    )
    try:
        pdf = embed(prepared, chain, task.raw_signature, task.token)
    except DomainError as error:
        return PaperFailure(error.code, error.message)
    return Embedded(bench.objects.put_soon(pdf), len(pdf))


def _unsigned(bench: Bench, task: PrepareTask) -> tuple[bytes, str]:
    if task.content is None:
        return bench.objects.get(task.sha256 or ""), ""
    rendered = bench.renderer.render(task.content, task.exchanged)
    return rendered.pdf, rendered.sha256_content


@lru_cache(maxsize=8)
def _signer(bench: Bench, key: Key, signing_time: datetime, proof: ProofTask | None) -> BatchSigner:
    chain = _chain(key.chain_pem)
    if proof is None:
        return BatchSigner(chain, key.mechanism, signed_at=signing_time)
    sealing = SealProof(ValidationMaterial.loads(bench.objects.get(proof.material_sha256)), proof.token_bytes)
    picture = bench.objects.get(proof.seal_image_sha256) if proof.seal_image_sha256 else None
    return BatchSigner(chain, key.mechanism, signed_at=signing_time, proof=sealing, seal_image=picture)


@lru_cache(maxsize=32)
def _chain(chain_pem: str) -> tuple[Certificate, ...]:
    return tuple(load_pem_x509_certificates(chain_pem.encode()))
