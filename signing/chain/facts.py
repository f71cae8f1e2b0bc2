"""What a signed paper says of itself: which record, version, year, school and pupil it is of."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.documents import SchoolingLine
from signing.chain.errors import ChainInvalid


@dataclass(frozen=True)
class PaperFacts:
    """From the attached record.json; what a kind of paper does not say is "" (of the version: 1)."""

    kind: str
    school_year: str
    record_uid: str
    version: int
    class_name: str
    school_code: str
    school_name: str
    lookup_code: str
    pupil_code: str
    personal_id: str
    schooling: tuple[SchoolingLine, ...]
    names: tuple[str, ...]  # SHA-256 of sealed papers that it speaks of

    @property
    def years(self) -> set[str]:
        """Years that its schooling history names."""
        return {each.school_year for each in self.schooling}


def read_facts(record: bytes) -> PaperFacts:
    """Raises ChainInvalid for a record that names no school or pupil."""
    try:
        whole = json.loads(record)
        return _facts(str(whole["kind"]), whole["content"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ChainInvalid("Dữ liệu đính kèm của văn bản không nói rõ trường hoặc học sinh.") from error


def _facts(kind: str, content: Mapping[str, Any]) -> PaperFacts:
    pupil, school = content["pupil"], content["school"]
    return PaperFacts(
        kind=kind,
        school_year=str(content.get("school_year", "")),
        record_uid=str(content.get("record_uid", "")),
        version=int(content.get("version", 1)),
        class_name=str(content.get("class_name", "")),
        school_code=str(school["code"]),
        school_name=str(school["name"]),
        lookup_code=str(content["lookup_code"]),
        pupil_code=str(pupil["pupil_code"]),
        personal_id=str(pupil["personal_id"]),
        schooling=tuple(_line(each) for each in pupil.get("schooling", ())),
        names=tuple(_named(content)),
    )


def _named(content: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(each["sha256"]) for each in content.get("past_years", ()))
    if content.get("sealed_term"):
        yield str(content["sealed_term"]["sha256"])


def _line(line: Mapping[str, Any]) -> SchoolingLine:
    return SchoolingLine(
        school_year=str(line["school_year"]),
        class_name=str(line["class_name"]),
        school=str(line["school"]),
        province=str(line["province"]),
        arrived_on=str(line.get("arrived_on", "")),
    )
