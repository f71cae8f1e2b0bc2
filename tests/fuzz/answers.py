"""What services and signers send: time stamps, states of certificates, evidence, signed XML, PDFs.

Whoever reads these may take bytes that differ where nothing is said; what is said must be what was signed.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from asn1crypto.cms import ContentInfo
from asn1crypto.tsp import TimeStampResp
from cryptography import x509
from lxml import etree  # type: ignore[import-untyped]

from domain.documents import SignatureField
from signing.chain.file import ChainFile, pack_chain, unpack_chain
from signing.chain.form import LogPart, make_chain, read_chain_json
from signing.container import pack, unpack
from signing.evidence.checking import check_evidence
from signing.log.checkpoint import Checkpoint, open_checkpoint
from signing.log.notes import Note, VerifierKey
from signing.seal_image import SealImage
from signing.status_checks import Judge, Source, Status
from signing.tokens import check_token, token_of_response
from signing.uploaded import require_signed_by
from signing.verification.verdicts import Verdict
from signing.verification.verify import verify
from signing.xades_verifier import verify_xml
from tests.fuzz.target import Target
from tests.signing.log.samples import ORIGIN, signer
from tests.signing.test_seal_image import as_png, seal_picture
from tests.signing.test_uploaded import by_program
from tests.signing.verification.world import HOMEROOM, SEALED, SIGNED, World, evidence_over
from tests.signing.xml_samples import packet_root, signed_by

FILE, HOUR = b"a file", timedelta(hours=1)
DIGEST = hashlib.sha256(FILE).digest()
CHECKPOINT = Checkpoint(ORIGIN, 3, DIGEST)


def answer_targets(world: World) -> Iterator[Target]:
    token = world.stamps.token(DIGEST, SEALED)
    granted = TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": ContentInfo.load(token)}).dump()
    yield Target("time-stamp response", token_of_response, (granted,))
    yield Target("time stamp", partial(_stamp, world), (token,))
    [evidence] = evidence_over([FILE], SEALED, world.stamps)
    yield Target("container", unpack, (pack("hoc-ba.pdf", FILE, evidence, world.material(SEALED)),))
    yield Target("evidence record", partial(_evidence, world), (evidence,))
    homeroom = world.signers(HOMEROOM)[0]
    # The caller takes any error for an answer that proves nothing (signing.revocation).
    yield Target("OCSP response", partial(_state, world, Source.OCSP), (world.ocsp(homeroom, SEALED),), (Exception,))
    yield Target("CRL", partial(_state, world, Source.CRL), (world.crl(SEALED),), (Exception,))
    yield Target("signed packet", partial(_packet, world), (packet_of(world),))
    yield Target("checkpoint", _checkpoint, (Note(CHECKPOINT.text, (signer().sign(CHECKPOINT.text),)).encode(),))
    yield Target("verifier key", _key, (str(signer().log_key).encode(),))
    chain = make_chain("7926000001", (), LogPart(ORIGIN, 0, ()))
    yield Target("chain", read_chain_json, (chain.dumps(),))
    packed = pack_chain(ChainFile(chain, b"statement", b"checkpoint", b"evidence", (), world.material(SEALED)))
    yield Target("chain file", unpack_chain, (packed,))
    yield Target("picture of a seal", SealImage.of, (as_png(seal_picture(size=(200, 200))),))
    placed = world.cast.placed()
    signed = by_program(placed, world.cast.keys[HOMEROOM])
    yield Target(
        "document signed elsewhere",
        partial(_brought, placed, world.cast.keys[HOMEROOM].certificates, signed),
        (signed,),
    )
    sealed = world.sealed()
    yield Target("document", partial(_document, world, sealed), (sealed,))


def packet_of(world: World) -> bytes:
    return signed_by(world.cast.keys[SignatureField.SEAL], at=SIGNED)


def _stamp(world: World, data: bytes) -> None:
    found = check_token(
        data, DIGEST, world.roots, at=SEALED + HOUR, certificates=[world.cast.authority.issuing.certificate]
    )
    assert (found.gen_time, found.imprint) == (SEALED, DIGEST)


def _evidence(world: World, data: bytes) -> None:
    hashes = {"sha256": DIGEST, "sha384": hashlib.sha384(FILE).digest(), "sha512": hashlib.sha512(FILE).digest()}
    known = [world.cast.authority.issuing.certificate]
    assert check_evidence(data, hashes, world.roots, moment=SEALED + HOUR, certificates=known).time == SEALED


def _state(world: World, source: Source, data: bytes) -> None:
    async def asked() -> Status:
        judge = Judge(world.roots, SEALED + HOUR)
        subject, *_ = await judge.subjects(world.cast.keys[HOMEROOM].certificates)
        return (await judge.check(subject, source, data, "pki.test")).status

    status = asyncio.run(asked())
    if status is not Status.GOOD:
        raise SystemExit(f"believed {status}")  # no Exception: those are answers that prove nothing


def _packet(world: World, data: bytes) -> None:
    found = verify_xml(data, world.roots, at=SIGNED + HOUR)
    if found.packet is not None:
        assert etree.tostring(found.packet, method="c14n") == etree.tostring(packet_root(), method="c14n")


def _key(data: bytes) -> None:
    VerifierKey.parse(data.decode("utf-8", "surrogateescape"))


def _checkpoint(data: bytes) -> None:
    assert open_checkpoint(data, signer().log_key, ORIGIN) == CHECKPOINT


def _brought(placed: bytes, chain: Sequence[x509.Certificate], signed: bytes, data: bytes) -> None:
    require_signed_by(placed, data, HOMEROOM.value, chain)
    assert data == signed


def _document(world: World, sealed: bytes, data: bytes) -> None:
    assert verify(data, world.roots).verdict is not Verdict.VALID or data == sealed
