"""What passes between `apart` and its child: one line of JSON each way, and nothing that could run."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter

from signing.verification.verdicts import Standing, Verification


@dataclass(frozen=True)
class Question:
    """A file and what is given beside it; roots and evidence in DER, `archive` as `ValidationMaterial.dumps` has it."""

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    pdf: bytes
    roots: tuple[bytes, ...]
    evidence: tuple[bytes, ...]
    archive: bytes | None
    moment: datetime | None
    standing: Standing | None
    wants_report: bool
    cpu_seconds: int
    wants_record: bool = False


@dataclass(frozen=True)
class Reply:
    """A verification, with the report (XML) and the attached record that were wanted; or why there is none.

    `record` is b"" for a document that has none of ours.
    """

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    verification: Verification | None
    report: str = ""
    refusal: str = ""
    record: bytes = b""


QUESTION = TypeAdapter(Question)
REPLY = TypeAdapter(Reply)
READY = b"ready\n"
OUT_OF_MEMORY = 3  # exit status
