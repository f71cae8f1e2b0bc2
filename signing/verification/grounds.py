"""What a verification relies on beside the signatures themselves: trusted roots, certificates, answers, a moment."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.dss import ValidationMaterial
from signing.eras import era, times_of
from signing.errors import SigningRefused
from signing.object_links import entry
from signing.remembered import key_of, remembered
from signing.status_checks import Judge, Source, Subject
from signing.token_trust import Known
from signing.verification.statuses import Answers, History, read_answers


@dataclass(frozen=True)
class Grounds:
    """`certificates` (authorities') and `answers` come from file and archive; nothing in them is believed unchecked."""

    roots: tuple[x509.Certificate, ...]
    moment: datetime
    certificates: tuple[x509.Certificate, ...]
    answers: Answers

    @cached_property
    def known(self) -> Known:
        """The same, for checking time stamps."""
        ocsps, crls = ([each.der for each in self.answers.all if each.source is source] for source in Source)
        return Known(certificates=self.certificates, ocsps=ocsps, crls=crls)

    @cached_property
    def trust(self) -> SimpleTrustManager:
        """The roots, for pyHanko."""
        return SimpleTrustManager.build(trust_roots=[asn1_certificate(root) for root in self.roots])

    def chain(self, certificates: Sequence[x509.Certificate], at: datetime) -> tuple[History, ...]:
        """What is known of a certificate (the first) and of those above it, the root left out.

        The further certificates may be needed on the way. Empty if there is no valid way to a root at that time.
        """
        # Of several copies of a certificate the first is taken: rather one that the seal has signed than a loose one.
        leaf, *others = certificates
        return tuple(map(self.answers.history, self._subjects((leaf, *self.certificates, *others), at)))

    def _subjects(self, chain: Sequence[x509.Certificate], at: datetime) -> Sequence[Subject]:
        together = (*self.roots, *chain)
        ders = (each.public_bytes(Encoding.DER) for each in together)
        key = key_of(len(self.roots), *ders, era(times_of(together), at))
        return remembered.get("subjects", key, lambda: run_coroutine(_subjects(self.roots, chain, at)))


async def _subjects(
    roots: Sequence[x509.Certificate], chain: Sequence[x509.Certificate], at: datetime
) -> Sequence[Subject]:
    try:
        return await Judge(roots, at).subjects(chain)
    except SigningRefused:
        return ()


def gather(
    roots: Iterable[x509.Certificate], moment: datetime, inside: ValidationMaterial, archive: ValidationMaterial
) -> Grounds:
    """`inside` came with the file. What cannot be read proves nothing and is left out."""
    answers = [*read_answers(inside, is_inside=True), *read_answers(archive, is_inside=False)]
    ders = dict.fromkeys((*inside.certificates, *archive.certificates))
    return Grounds(tuple(roots), moment, tuple(_authorities(ders)), Answers(answers, tuple(roots)))


def _authorities(ders: Iterable[bytes]) -> Iterator[x509.Certificate]:
    # Signers' own certificates are in their signatures; every one more here would be parsed for each signature.
    for der in ders:
        with suppress(ValueError, x509.ExtensionNotFound):
            certificate = x509.load_der_x509_certificate(der)
            if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
                yield certificate


def read_dss(document: PdfHandler) -> ValidationMaterial:
    """The document security store (ISO 32000-2, 12.8.4.3); empty if there is none."""
    store = entry(document.root, "/DSS")
    if not store:
        return ValidationMaterial()
    return ValidationMaterial(
        certificates=_contents(store, "/Certs", DecodePurpose.CERTIFICATE),
        ocsps=_contents(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE),
        crls=_contents(store, "/CRLs", DecodePurpose.CRL),
    )


def _contents(store: DictionaryObject, key: str, purpose: DecodePurpose) -> tuple[bytes, ...]:
    return tuple(each.get_object().read_data(purpose) for each in entry(store, key))
