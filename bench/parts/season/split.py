"""What the work on one record's paper consists of, measured in one process with the worker's own functions."""

import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import Encoding

from activities import workbench
from activities.workbench import EmbedTask, Key, PreparedPaper, PrepareTask, ProofTask
from bench.rendering import year_record
from config.process import collect_rarely
from domain.documents import SignatureField
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.mechanisms import Mechanism, sign
from storage.completion import Embedded

Result = TypeVar("Result")
MECHANISM = Mechanism.RSA_PKCS1
