"""Where records go, as the settings say; and what stores answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import Invalid
from domain.submission.answers import Answer, Receipt
from domain.submission.states import Result, StoreKind
from interchange.receipts import read_pong, read_receipt, write_receipt
from interchange.record_stores import configured_stores

GOOD = '[city]\nname = "Kho của Sở"\nurl = "https://so.example/store/v1/"\n[bo]\nname = "Kho của Bộ"\nurl = "https://bo.example"\nkind = "ministry"\n'  # noqa: E501


def test_without_a_file_the_citys_store_is_our_own() -> None:
    (own,) = configured_stores(None, "http://127.0.0.1:8000").values()
    assert (own.url, own.kind) == ("http://127.0.0.1:8000/store/v1", StoreKind.CITY)


def test_several_stores_are_named_by_a_file(tmp_path: Path) -> None:
    file = tmp_path / "stores.toml"
    file.write_text(GOOD, "utf-8")
    found = configured_stores(file, "")
    assert {code: (each.url, each.kind.value) for code, each in found.items()} == {
        "city": ("https://so.example/store/v1", "city"),
        "bo": ("https://bo.example", "ministry"),
    }


@pytest.mark.parametrize(
    "text",
    ["", "[", '[city]\nname = "x"\n', '[City]\nname = "x"\nurl = "https://x"\n', '[c]\nname = "x"\nurl = "http://x"\n',
     '[c]\nname = "x"\nurl = "https://x"\nkind = "other"\n'],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "stores.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(Invalid, match=r"stores\.toml"):
        configured_stores(file, "")


def test_a_receipt_is_read_back_as_it_was_written() -> None:
    answers = [Answer("a", 1, Result.ACCEPTED), Answer("b", 3, Result.REFUSED, "Đã chốt.")]
    receipt = Receipt("0" * 64, "79766999", datetime(2027, 6, 1, tzinfo=UTC), answers)
    assert read_receipt(write_receipt(receipt)) == receipt
    assert write_receipt(receipt) == write_receipt(receipt)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"phienBan": 1', '"phienBan": 99999999999'), ('"phienBan": 1', '"phienBan": -1'), ('"a"', '"\\u0000"'),
     ('"lyDo": ""', '"lyDo": "x\\u0000"'), ('"79766999"', '"7\\u0000"'), ('"soNhan": 1', '"soNhan": 9999999999999')],
)  # fmt: skip
def test_an_answer_that_nothing_could_keep_is_none(old: str, new: str) -> None:
    receipt = Receipt("0" * 64, "79766999", datetime(2027, 6, 1, tzinfo=UTC), [Answer("a", 1, Result.ACCEPTED)])
    text = write_receipt(receipt).decode()
    assert old in text
    with pytest.raises(Invalid):
        read_receipt(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"goiTin": "x"}', b'{"kho": "\\u0000", "luc": "2026-06-01T08:00:00+07:00"}']
)
def test_anything_else_is_no_answer(data: bytes) -> None:
    for read in (read_receipt, read_pong):
        with pytest.raises(Invalid):
            read(data)
