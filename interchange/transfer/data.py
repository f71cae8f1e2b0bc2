"""The machine data of a transfer package: du-lieu.json, and what describes it."""

import json
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from domain.errors import Invalid
from domain.transfers.contents import TransferData
from interchange.national.json_form import read_record
from interchange.transfer.archive import PackageInvalid

_ADAPTER: Final = TypeAdapter(TransferData)
_WRONG: Final = "Dữ liệu du-lieu.json của gói chuyển trường không đúng cấu trúc."


def write_data(data: TransferData) -> bytes:
    """UTF-8; the same data give the same bytes."""
    return json.dumps(_ADAPTER.dump_python(data, mode="json"), ensure_ascii=False, allow_nan=False, indent=1).encode()


def read_data(data: bytes) -> TransferData:
    """What `write_data` was given; what an earlier release did not write yet may be missing.

    Raises PackageInvalid for anything that is not understood, national records included.
    """
    try:
        found = json.loads(data, object_pairs_hook=_members)
        read = _ADAPTER.validate_python(found)
        if not _is_within(found, _ADAPTER.dump_python(read, mode="json")):
            raise PackageInvalid(_WRONG)
        for year in read.years:
            if year.record:
                read_record(dict(year.record))
    except (ValidationError, ValueError, RecursionError, Invalid) as error:
        raise PackageInvalid(_WRONG) from error
    return read


def data_schema() -> dict[str, Any]:
    """The structure as a JSON Schema (2020-12)."""
    return _ADAPTER.json_schema()


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise PackageInvalid(_WRONG)
    return members


def _is_within(found: object, written: object) -> bool:
    """Whether all that was found is written again: nothing was converted, and nothing was passed over."""
    if isinstance(found, dict) and isinstance(written, dict):
        return all(name in written and _is_within(value, written[name]) for name, value in found.items())
    if isinstance(found, list) and isinstance(written, list):
        return len(found) == len(written) and all(map(_is_within, found, written))
    return type(found) is type(written) and found == written
