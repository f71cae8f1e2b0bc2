"""PAdES signatures in two phases: prepare a document, have its digest signed anywhere, embed the answer.

What stands between the phases is plain stored state, so that the key may be a file, a token or a remote service that
takes minutes, and either phase may run twice in any process with the same result.
"""

import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata

from domain.documents import SignatureField, turn_of
from signing.appending import Filling, appended
from signing.archival import ArchivalPdfSigner, ArchivalReader, ArchivalWriter, open_for_update
from signing.authority import common_name
from signing.cms_template import CmsTemplate, cms_template, external_signer, with_timestamp
from signing.dss import ValidationMaterial, write_dss
from signing.errors import SigningFailed, SigningRefused
from signing.fields import FieldState, field_states
from signing.mechanisms import Mechanism, default_mechanism, signature_fits
from signing.own_papers import OwnPaper, Unusual
from signing.seal_image import SealImage
from signing.stamp_font import embedded_font, known_font
from signing.stamps import SignatureStampStyle

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# What an unsigned attribute adds around a token: object identifier, two SETs, and longer lengths of all outside it.
TOKEN_WRAPPING = 64


@dataclass(frozen=True)
class PreparedSignature:
    """A document waiting for one signature value; every part can be stored.

    `pdf` has a hole between `region_start` and `region_end` (the < and > included); `document_digest` is that
    of all the rest, by the mechanism's hash; `attrs_der` are the signed attributes, DER as a SET.
    """

    pdf: bytes
    field: str
    mechanism: Mechanism
    document_digest: bytes
    attrs_der: bytes
    region_start: int
    region_end: int

    @property
    def to_be_signed(self) -> bytes:
        """The bytes the key signs (RFC 5652 section 5.4)."""
        return self.attrs_der


@dataclass(frozen=True)
class SealProof:
    """What a seal carries besides itself (PAdES B-LT): everyone's validation data, and room for a time stamp.

    `token_bytes` is the largest length of a token in DER; 0 if the seal gets none of its own.
    """

    material: ValidationMaterial
    token_bytes: int = 0


class BatchSigner:
    """Prepares the documents of one order: one certificate, one mechanism, one signing time."""

    def __init__(
        self,
        chain: Sequence[x509.Certificate],
        mechanism: Mechanism | None = None,
        *,
        signed_at: datetime,
        proof: SealProof | None = None,
        seal_image: bytes | None = None,
    ) -> None:
        """`chain` is leaf first, without the root; `signed_at` is aware and cut to the second.

        `proof` is for seals, and `seal_image`, the school's own picture of its seal: a PNG, red on a clear ground.
        Raises SigningRefused if the certificate is not valid at that time; Invalid for a picture that does not fit.
        """
        leaf = chain[0]
        if not leaf.not_valid_before_utc <= signed_at <= leaf.not_valid_after_utc:
            raise SigningRefused("Chứng thư số chưa có hiệu lực hoặc đã hết hạn vào thời điểm ký.")
        self._signed_at = signed_at.astimezone(VIETNAM).replace(microsecond=0)
        self._template = cms_template(tuple(chain), mechanism or default_mechanism(leaf))
        self._signer = external_signer(chain, self._template.mechanism)
        self._proof = proof
        self._signer_name = common_name(leaf.subject)
        self._seal_image = None if seal_image is None else SealImage.of(seal_image)

    def prepare(self, pdf: bytes, field: str) -> PreparedSignature:
        """The document with a stamp and a hole for this signature. The same input gives the same bytes.

        Raises SigningRefused for a field that is absent, signed, not yet due or behind the seal; Unreadable and
        SigningFailed for a document that cannot be signed at all.
        """
        with suppress(Unusual):
            return self._appended(OwnPaper(pdf), field)
        return self._by_pyhanko(pdf, field)

    def _appended(self, paper: OwnPaper, field: str) -> PreparedSignature:
        states = paper.states
        _require_due(states, field)
        font = known_font(paper.font_name) or embedded_font(ArchivalReader(paper.pdf)).font
        filling = Filling(
            style=self._style(field, is_sealed=any(state.name == SignatureField.SEAL for state in states)),
            signed_at=self._signed_at,
            font=font,
            algorithm=self._template.mechanism.digest,
            room=self._room(),
            material=self._proof.material if self._proof else None,
        )
        made = appended(paper, field, filling)
        return self._prepared(made.pdf, field, made.digest, (made.region_start, made.region_end))

    def _by_pyhanko(self, pdf: bytes, field: str) -> PreparedSignature:
        """A paper that was signed elsewhere on its way, or by an earlier hocba."""
        writer = open_for_update(pdf)
        states = field_states(writer.prev)
        _require_due(states, field)
        is_first, is_last = not any(state.is_signed for state in states), states[-1].name == field
        meta = _metadata(field, self._template.mechanism.digest, is_first=is_first, is_last=is_last)
        is_sealed = any(state.name == SignatureField.SEAL for state in states)
        try:
            return self._with_hole(writer, meta, self._style(field, is_sealed=is_sealed))
        except (PdfError, SigningError, KeyError) as error:
            raise SigningFailed("Không chuẩn bị được tài liệu để ký.") from error

    def _style(self, field: str, *, is_sealed: bool) -> SignatureStampStyle:
        return SignatureStampStyle(
            field=field,
            signed_at=self._signed_at,
            signer=self._signer_name,
            seal_image=self._seal_image,
            beside_seal=is_sealed and field == SignatureField.PRINCIPAL,
        )

    def _with_hole(
        self, writer: ArchivalWriter, meta: PdfSignatureMetadata, style: SignatureStampStyle
    ) -> PreparedSignature:
        signer = ArchivalPdfSigner(meta, self._signer, style, self._signed_at)
        session = signer.init_signing_session(writer, existing_fields_only=True)
        if self._proof is not None:
            write_dss(writer, self._proof.material)
        document = session.prepare_tbs_document(None, bytes_reserved=self._room())
        digest, output = document.digest_tbs_document(output=io.BytesIO())
        if not isinstance(output, io.BytesIO):
            raise SigningFailed("Không chuẩn bị được tài liệu để ký.")
        region = (digest.reserved_region_start, digest.reserved_region_end)
        return self._prepared(output.getvalue(), style.field, digest.document_digest, region)

    def _prepared(self, pdf: bytes, field: str, digest: bytes, region: tuple[int, int]) -> PreparedSignature:
        return PreparedSignature(
            pdf=pdf,
            field=field,
            mechanism=self._template.mechanism,
            document_digest=digest,
            attrs_der=self._template.signed_attributes(digest),
            region_start=region[0],
            region_end=region[1],
        )

    def _room(self) -> int:
        """Hex characters between < and >."""
        token_bytes = self._proof.token_bytes if self._proof else 0
        return self._template.hex_length + (2 * (token_bytes + TOKEN_WRAPPING) if token_bytes else 0)


def embed(
    prepared: PreparedSignature, chain: Sequence[x509.Certificate], raw_signature: bytes, token: bytes | None = None
) -> bytes:
    """The signed PDF. A pure function: the same prepared document, signature value and token give the same bytes.

    `token` is the RFC 3161 time stamp of the signature value, DER. Raises SigningFailed if the prepared state does not
    hold together, the value is not this certificate's signature, or there is no room.
    """
    template = cms_template(tuple(chain), prepared.mechanism)
    _require_consistent(prepared, template)
    if not signature_fits(chain[0], prepared.mechanism, raw_signature, prepared.to_be_signed):
        raise SigningFailed("Chữ ký nhận được không khớp với chứng thư số của người ký.")
    signature = template.complete(prepared.document_digest, raw_signature)
    if token is not None:
        signature = with_timestamp(signature, token)
    contents = signature.hex().upper().encode()
    start = prepared.region_start + 1
    if start + len(contents) >= prepared.region_end:
        raise SigningFailed("Chữ ký nhận được dài hơn chỗ đã dành.")
    return prepared.pdf[:start] + contents + prepared.pdf[start + len(contents) :]


def _metadata(field: str, digest: str, *, is_first: bool, is_last: bool) -> PdfSignatureMetadata:
    # The first signature certifies the document (ISO 32000-1, 12.8.2.2); the last forbids every further change.
    permissions = MDPPerm.NO_CHANGES if is_last else MDPPerm.FILL_FORMS
    return PdfSignatureMetadata(
        field_name=str(field),
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES,
        certify=is_first,
        docmdp_permissions=permissions,
    )


def _require_due(states: list[FieldState], field: str) -> None:
    # pyHanko itself would sign after a lock; the later signature would then spoil the seal.
    by_name = {state.name: state for state in states}
    if field not in by_name:
        raise SigningRefused("Tài liệu không có ô chữ ký này.")
    if by_name[field].is_signed:
        raise SigningRefused("Ô chữ ký này đã được ký.")
    seal = by_name.get(SignatureField.SEAL.value)
    if seal and seal.is_signed:
        raise SigningRefused("Tài liệu đã đóng dấu, không thể ký thêm.")
    # Those of one turn, subject teachers or takers, sign in any order.
    turn = [turn_of(state.name) for state in states].index(turn_of(field))
    if not all(state.is_signed for state in states[:turn]):
        raise SigningRefused("Chưa đến lượt ký này: người ký trước chưa ký.")


def _require_consistent(prepared: PreparedSignature, template: CmsTemplate) -> None:
    covered = hashlib.new(prepared.mechanism.digest, prepared.pdf[: prepared.region_start])
    covered.update(prepared.pdf[prepared.region_end :])
    if covered.digest() != prepared.document_digest:
        raise SigningFailed("Tài liệu đã thay đổi sau khi chuẩn bị ký.")
    if template.signed_attributes(prepared.document_digest) != prepared.attrs_der:
        raise SigningFailed("Tài liệu được chuẩn bị cho chứng thư số khác.")
