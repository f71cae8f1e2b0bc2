"""Revisions of our own writing, beside those that pyHanko writes for the same paper."""

import io
import random
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.form import place_fields
from domain.documents import FIELDS, DocumentKind, SignatureField
from signing import pdf as signing_pdf
from signing.cms_template import cms_template
from signing.dss import ValidationMaterial
from signing.errors import SigningRefused
from signing.mechanisms import Mechanism, sign
from signing.own_papers import OwnPaper, Unusual
from signing.pdf import BatchSigner, PreparedSignature, SealProof, embed
from signing.stamp_font import _known
from signing.verification.verify import verify
from tests.signing import samples
from tests.signing.conftest import SIGNED_AT, YEAR, Cast
from tests.signing.readings import described
from tests.signing.test_seal_image import as_png, seal_picture

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL
PICTURE = as_png(seal_picture())


def _signer(
    cast: Cast, field: SignatureField, mechanism: Mechanism | None = None, *, proof: bool = False
) -> BatchSigner:
    is_seal = field == SEAL
    return BatchSigner(
        cast.keys[field].certificates,
        mechanism,
        signed_at=SIGNED_AT,
        proof=SealProof(_material(cast), 500) if proof and is_seal else None,
        seal_image=PICTURE if is_seal else None,
    )


def _material(cast: Cast) -> ValidationMaterial:
    issuers = (cast.authority.issuing.certificate, cast.authority.root)
    return ValidationMaterial(certificates=tuple(each.public_bytes(Encoding.DER) for each in issuers))


def _by_both(signer: BatchSigner, pdf: bytes, field: str) -> tuple[PreparedSignature, PreparedSignature]:
    return signer.prepare(pdf, field), signer._by_pyhanko(pdf, field)


class Newest:
    """The objects of a document's newest revision, as far as a signature leads to them."""

    def __init__(self, pdf: bytes, base: bytes) -> None:
        self.reader = PdfFileReader(io.BytesIO(pdf))
        self._size = int(PdfFileReader(io.BytesIO(base)).trailer["/Size"])

    def said(self) -> object:
        root = self.reader.root
        fields = [self._whole(each) for each in root["/AcroForm"]["/Fields"]]
        return self._whole(root), fields

    def _whole(self, value: PdfObject) -> object:
        """With what is new in its place, and what was there before by its number."""
        match value:
            case IndirectObject() if value.idnum < self._size:
                return (value.idnum, value.generation)
            case IndirectObject():
                return self._whole(value.get_object())  # type: ignore[no-untyped-call]
            case StreamObject():
                return ("stream", self._entries(value), value.data)
            case DictionaryObject():
                return self._entries(value)
            case ArrayObject():
                return [self._whole(value.raw_get(at)) for at in range(len(value))]
            case _:
                return described(value)

    def _entries(self, value: DictionaryObject) -> dict[str, object]:
        found = {key: self._whole(value.raw_get(key)) for key in value if key not in {"/Length", "/Filter"}}
        if "/ByteRange" in found:
            found |= {"/ByteRange": "elsewhere", "/Contents": len(value["/Contents"])}
        if "/BBox" in found:
            sides = [float(each) for each in value["/BBox"]]
            found["/BBox"] = (sorted(sides[::2]), sorted(sides[1::2]))
        return found


@pytest.mark.parametrize("kind", list(FIELDS))
def test_each_revision_says_what_pyhanko_s_says(cast: Cast, kind: DocumentKind) -> None:
    pdf = cast.placed(kind)
    for field in FIELDS[kind]:
        signer = _signer(cast, field, proof=True)
        ours, stock = _by_both(signer, pdf, field)
        assert Newest(ours.pdf, pdf).said() == Newest(stock.pdf, pdf).said()
        assert ours.region_end - ours.region_start == stock.region_end - stock.region_start
        key = cast.keys[field]
        pdf = embed(ours, key.certificates, sign(key.private_key, ours.mechanism, ours.to_be_signed))


@pytest.fixture
def without_pyhanko(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("prepared by pyHanko")

    monkeypatch.setattr(signing_pdf, "open_for_update", refuse)


@pytest.mark.usefixtures("without_pyhanko")
@pytest.mark.parametrize("kind", list(FIELDS))
def test_no_paper_of_ours_needs_pyhanko(cast: Cast, kind: DocumentKind) -> None:
    assert verify(cast.finished(kind), cast.roots).failures() == ()


@pytest.mark.parametrize("mechanism", [Mechanism.RSA_PKCS1, Mechanism.RSA_PSS])
def test_the_digest_is_of_all_but_the_hole(cast: Cast, placed: bytes, mechanism: Mechanism) -> None:
    for made in _by_both(_signer(cast, HOMEROOM, mechanism), placed, HOMEROOM):
        template = cms_template(tuple(cast.keys[HOMEROOM].certificates), mechanism)
        signing_pdf._require_consistent(made, template)
        first, start, rest = map(int, re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", made.pdf)[-1])
        assert (first, start, start + rest) == (made.region_start, made.region_end, len(made.pdf))


def test_a_paper_signed_on_the_way_by_pyhanko_goes_on(cast: Cast, placed: bytes) -> None:
    """As during an upgrade, or with a program of the signer's own."""
    key, signer = cast.keys[HOMEROOM], _signer(cast, HOMEROOM)
    prepared = signer._by_pyhanko(placed, HOMEROOM)
    signed = embed(prepared, key.certificates, sign(key.private_key, prepared.mechanism, prepared.to_be_signed))
    with pytest.raises(Unusual):
        OwnPaper(signed)
    assert verify(cast.signed(signed, PRINCIPAL, SEAL), cast.roots).failures() == ()


def test_a_font_that_this_process_has_not_met_is_read(
    cast: Cast, placed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = _signer(cast, HOMEROOM)
    before = signer.prepare(placed, HOMEROOM)
    monkeypatch.setattr("signing.stamp_font._known", {})
    assert _known
    assert signer.prepare(placed, HOMEROOM) == before


def test_what_is_not_due_is_refused_here_too(cast: Cast, placed: bytes) -> None:
    with pytest.raises(SigningRefused, match="Chưa đến lượt"):
        _signer(cast, SEAL).prepare(placed, SEAL)


def test_a_paper_is_known_by_what_it_says(cast: Cast, placed: bytes) -> None:
    paper = OwnPaper(cast.signed(placed, HOMEROOM))
    stock = PdfFileReader(io.BytesIO(paper.pdf))
    assert [(state.name, state.is_signed) for state in paper.states] == [
        ("homeroom", True),
        ("principal", False),
        ("seal", False),
    ]
    assert paper.root == stock.trailer.raw_get("/Root").reference.idnum
    assert paper.size == int(stock.trailer["/Size"])
    assert [field.is_locking for field in paper.fields] == [False, False, True]


def _packed_anew(pdf: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The small stream of what is asked for, with something else in it; lengths behind it are left as they are."""
    *_, found = re.finditer(rb"/Type/ObjStm/N \d+/First \d+/Filter/FlateDecode/Length (\d+)>>\nstream\n", pdf)
    start, length = found.end(), int(found[1])
    packed = zlib.compress(change(zlib.decompress(pdf[start : start + length])), 9)
    assert len(packed) <= length
    return pdf[:start] + packed + bytes(length - len(packed)) + pdf[start + length :]


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: b"",
        lambda pdf: pdf[:-1],
        lambda pdf: pdf + b" ",
        lambda pdf: pdf.replace(b"startxref\n", b"startxref\n9", 1),
        lambda pdf: pdf.replace(b"/W[1 4 2]", b"/W[1 4 1]"),
        lambda pdf: pdf.replace(b"/Type/XRef", b"/Type/XRof"),
        lambda pdf: _packed_anew(pdf, lambda data: data.replace(b"/SigFlags 3", b"/SigFlags 1")),
        lambda pdf: _packed_anew(pdf, lambda data: data.replace(b"/FT/Sig", b"/FT/Sog")),
        lambda pdf: _packed_anew(pdf, lambda data: data.replace(b"/Action/All", b"/Action/Any")),
        lambda pdf: _packed_anew(pdf, lambda data: data.replace(b"/AcroForm", b"/AcroFarm")),
        lambda pdf: _packed_anew(pdf, lambda data: b"9" + data[1:]),
    ],
)
def test_what_is_written_otherwise_is_left_to_pyhanko(placed: bytes, change: Callable[[bytes], bytes]) -> None:
    assert OwnPaper(_packed_anew(placed, lambda data: data)).states
    with pytest.raises(Unusual):
        OwnPaper(change(placed))


def test_a_stream_that_unpacks_to_more_than_any_paper_has_is_left_to_pyhanko(
    placed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.own_papers._MOST_UNPACKED", 1_000)
    with pytest.raises(Unusual):
        OwnPaper(placed)


def test_what_is_larger_than_any_paper_is_left_to_pyhanko(placed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signing.own_papers.MAX_BYTES", len(placed) - 1)
    with pytest.raises(Unusual):
        OwnPaper(placed)


def test_sections_that_lead_forward_are_left_to_pyhanko(cast: Cast, placed: bytes) -> None:
    signed = cast.signed(placed, HOMEROOM)
    before = re.findall(rb"/Prev (\d+)", signed)[-1]
    own = str(OwnPaper(signed).start).encode()
    assert len(own) == len(before)
    with pytest.raises(Unusual):
        OwnPaper(signed.replace(b"/Prev " + before, b"/Prev " + own))


def test_any_other_bytes_are_unusual_or_read(cast: Cast, placed: bytes) -> None:
    signed, chance = cast.signed(placed, HOMEROOM), random.Random(8)  # noqa: S311 - damage, not secrets
    ends = [match.start() for match in re.finditer(rb"/Type/(?:XRef|ObjStm)", signed)]
    for _ in range(2_000):
        at = chance.choice(ends) + chance.randrange(-40, 400)
        spoiled = bytearray(signed)
        spoiled[at % len(spoiled)] = chance.randrange(256)
        try:
            assert OwnPaper(bytes(spoiled)).states
        except Unusual:
            continue


def test_a_second_store_of_validation_data_is_left_to_pyhanko(cast: Cast, placed: bytes) -> None:
    paper = OwnPaper(cast.signed(placed, HOMEROOM, PRINCIPAL))
    paper.catalogue = paper.catalogue[:-2] + b"/DSS 9 0 R>>"
    with pytest.raises(Unusual):
        _signer(cast, SEAL, proof=True)._appended(paper, SEAL)


def test_a_signature_names_its_time_and_zone(cast: Cast, placed: bytes) -> None:
    at = datetime(2026, 6, 30, 16, 59, 59, tzinfo=UTC)
    prepared = BatchSigner(cast.keys[HOMEROOM].certificates, signed_at=max(at, SIGNED_AT)).prepare(placed, HOMEROOM)
    assert re.search(rb"/M \(D:\d{14}\+07'00'\)", prepared.pdf)


def test_fields_placed_in_another_way_are_left_to_pyhanko(cast: Cast) -> None:
    """A plan whose last field is signed first would have to certify and to lock at once."""
    seal, *others = reversed(samples.places(YEAR))
    placed = place_fields(cast.unsigned(), [seal, *others])
    assert verify(cast.signed(placed, SEAL), cast.roots) is not None
