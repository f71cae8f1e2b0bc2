"""Verification of whole documents, and evidence by the size of its batch."""

import hashlib
import io
import math
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext

from bench.parts.rows import Row, medians, milliseconds, timed
from signing.authority import IssuedKey
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.evidence.checking import check_evidence
from signing.evidence.records import Stamp, assemble
from signing.evidence.tree import HashTree
from signing.tokens import check_token, token_of
from signing.verification.verify import verify
from tests.signing.stock import simple_signer
from tests.signing.tsa import StampAuthority, found

MANY_SIGNATURES = 15
ROUNDS = 7
BATCHES = (1, 35, 1000, 5000)
LEAF_BYTES = 32
