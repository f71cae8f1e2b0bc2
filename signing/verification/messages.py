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


@dataclass(frozen=True)
class Reply:
    """A verification, with a report (XML) if one was wanted; or why the file is not one that is verified.

    `record` is the attached record.json as it stands there, "" if there is none.
    """

    verification: Verification | None
    report: str = ""
    refusal: str = ""
    record: str = ""


QUESTION = TypeAdapter(Question)
REPLY = TypeAdapter(Reply)
READY = b"ready\n"
OUT_OF_MEMORY = 3  # exit status
