"""The document security store (ISO 32000-2, 12.8.4.3): what a verifier needs to judge every signature, inside the file.

It is written into the seal's own revision, before the seal signs it, so that the file ends with the seal.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import rfc8785
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore


@dataclass(frozen=True)
class ValidationMaterial:
    """Certificates, OCSP responses and CRLs, each in DER; the roots are left out, a verifier has his own."""

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    @classmethod
    def merged(cls, parts: Sequence[Self]) -> Self:
        """All of several, each once, in a canonical order."""
        return cls(
            certificates=tuple(sorted({der for part in parts for der in part.certificates})),
            ocsps=tuple(sorted({der for part in parts for der in part.ocsps})),
            crls=tuple(sorted({der for part in parts for der in part.crls})),
        )

    def dumps(self) -> bytes:
        """As JSON, for the object store."""
        parts = {"certificates": self.certificates, "ocsps": self.ocsps, "crls": self.crls}
        return rfc8785.dumps({name: [base64.b64encode(der).decode() for der in part] for name, part in parts.items()})

    @classmethod
    def loads(cls, data: bytes) -> Self:
        return cls(**{name: tuple(map(base64.b64decode, part)) for name, part in json.loads(data).items()})


def write_dss(writer: BasePdfFileWriter, material: ValidationMaterial) -> None:
    """Add the material to the writer's current revision; the same material gives the same bytes."""
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[Certificate.load(der) for der in material.certificates],
        ocsps=[OCSPResponse.load(der) for der in material.ocsps],
        crls=[CertificateList.load(der) for der in material.crls],
    )
