"""Seals with everything that proves them (PAdES B-LT), and time stamps, by the services of this machine."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from pyhanko.sign.timestamps import HTTPTimeStamper

from bench.parts.rows import Row, medians, milliseconds, timed
from bench.parts.stock import StockSealing
from domain.documents import DocumentKind, SignatureField
from signing.authority import IssuedKey
from signing.coroutines import run_coroutine
from signing.dss import ValidationMaterial
from signing.mechanisms import default_mechanism, sign
from signing.pdf import BatchSigner, SealProof, embed
from signing.revocation import RevocationService
from signing.timestamps import TimeStampService
from tests.documents import samples
from tests.signing.conftest import signed_by
from tests.signing.pki import Stage

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL
MOST_DOCUMENTS = 10
STAMPS = 20
TOKEN_ROOM = 8000
GROUP = "Seals B-LT and time stamps"


@dataclass(frozen=True)
class Signers:
    """A key for everyone whom the sample records name, of the kind the stage's authority issues."""

    stage: Stage
    keys: dict[str, IssuedKey]  # by signature field

    @classmethod
    def of(cls, stage: Stage) -> "Signers":
        people, school = stage.authority.issue_person, stage.authority.issue_organisation
        named = samples.signers(DocumentKind.YEAR_RECORD)
        issue = {one.field: school if one.field == SEAL else people for one in named}
        return cls(stage, {one.field: issue[one.field](one.name, one.signer_id) for one in named})

    def collected(self) -> ValidationMaterial:
        """What the services say of all three and of the time-stamp authority: once for a batch."""
        roots, tsa = [self.stage.authority.root], self.stage.services.time_stamping.certificate
        chains = [*(key.certificates for key in self.keys.values()), (tsa, self.stage.authority.issuing.certificate)]
        with closing(RevocationService(roots, lambda _: True)) as service:
            return service.collect(chains, datetime.now(UTC)).material

    def signed(self, pdf: bytes) -> bytes:
        for field in (HOMEROOM, PRINCIPAL):
            pdf = signed_by(self.keys[field], pdf, field)
        return pdf


class Sealing:
    """Ours: the batch's validation data, one time stamp for each seal unless there is no service for it."""

    def __init__(self, signers: Signers, stamps: TimeStampService | None, material: ValidationMaterial) -> None:
        self._key, self._stamps = signers.keys[SEAL], stamps
        proof = SealProof(material, TOKEN_ROOM if stamps else 0)
        self._batch = BatchSigner(self._key.certificates, signed_at=datetime.now(UTC), proof=proof)
        self.stamping_ms = 0.0

    def __call__(self, pdf: bytes) -> bytes:
        prepared = self._batch.prepare(pdf, SEAL)
        raw = sign(self._key.private_key, prepared.mechanism, prepared.to_be_signed)
        if self._stamps is None:
            return embed(prepared, self._key.certificates, raw)
        token, self.stamping_ms = timed(self._stamps.stamp, hashlib.sha256(raw).digest())
        return embed(prepared, self._key.certificates, raw, token.der)


def sealing_rows(signers: Signers, documents: Sequence[bytes]) -> tuple[list[Row], bytes]:
    """And one of the sealed documents."""
    stage = signers.stage
    roots, stamps_url = [stage.authority.root], f"{stage.url}/tsa"
    signed = [signers.signed(pdf) for pdf in documents[:MOST_DOCUMENTS]]
    with closing(TimeStampService(stamps_url, roots)) as stamps:
        signers.collected()
        material, collecting = timed(signers.collected)
        ours, stock = Sealing(signers, stamps, material), StockSealing(signers.keys[SEAL], roots, stamps_url)
        sealed = ours(signed[0])
        stock(signed[0])
        turns = [(*_apart(ours, pdf), *_apart(stock, pdf)) for pdf in signed]
        own, own_tsa, stocks, stocks_tsa = medians(turns)
        parts = {"TSA": own_tsa, "TSA of stock": stocks_tsa, "data of the batch, once": collecting}
        rows = [
            Row(GROUP, "seal without the TSA's time", own, "ms", {"stock": stocks}, parts),
            _stamp_row(stage, stamps),
        ]
    return rows, sealed


def _apart(seal: "Sealing | StockSealing", pdf: bytes) -> tuple[float, float]:
    """Milliseconds without the time-stamp authority's, and those."""
    whole = milliseconds(seal, pdf)
    return whole - seal.stamping_ms, seal.stamping_ms


def _stamp_row(stage: Stage, stamps: TimeStampService) -> Row:
    stock, tsa = HTTPTimeStamper(f"{stage.url}/tsa"), stage.services.time_stamping
    digests = [secrets.token_bytes(32) for _ in range(STAMPS)]

    def by_stock(digest: bytes) -> None:
        run_coroutine(stock.async_timestamp(digest, "sha256"))

    mechanism = default_mechanism(tsa.certificate)
    own, stocks, raw = medians(
        (
            milliseconds(stamps.stamp, digest),
            milliseconds(by_stock, digest),
            milliseconds(sign, tsa.key, mechanism, digest),
        )
        for digest in digests
    )
    return Row(GROUP, "stamp by the local TSA, checked", own, "ms", {"stock, unchecked": stocks, "raw key": raw})
