"""The entries: canonical bytes, read back strictly, and nothing in them that names a person."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.errors import EventInvalid
from signing.log.events import EventKind, HistoryEvent, record_tag

SECRET = bytes(range(32))
RECORD = UUID("0192f1a0-0000-7000-8000-00000000002a")
EVENT = HistoryEvent(
    kind=EventKind.ISSUED,
    record="1a" * 32,
    version=2,
    sha256="2b" * 32,
    school="79000701",
    at=datetime(2027, 6, 15, 3, 4, 5, tzinfo=UTC),
)
LEAF = (
    b'{"event":"issued","record":"' + b"1a" * 32 + b'","school":"79000701","sha256":"' + b"2b" * 32 + b'",'
    b'"time":"2027-06-15T03:04:05Z","version":2}'
)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_an_event_is_one_line_of_canonical_json() -> None:
    assert EVENT.to_leaf() == LEAF
    assert HistoryEvent.from_leaf(LEAF) == EVENT


@given(
    st.builds(
        HistoryEvent,
        kind=st.sampled_from(EventKind),
        record=digests,
        version=st.integers(1, 1 << 31),
        sha256=digests,
        school=st.from_regex(r"[0-9]{8,20}", fullmatch=True),
        at=st.datetimes(datetime(2000, 1, 1), datetime(9999, 1, 1)).map(  # noqa: DTZ001 - made aware below
            lambda at: at.replace(microsecond=0, tzinfo=UTC)
        ),
    )
)
def test_any_event_is_read_back_and_fits_into_an_entry(event: HistoryEvent) -> None:
    assert HistoryEvent.from_leaf(event.to_leaf()) == event
    assert len(event.to_leaf()) < 300


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"record": "1A" * 32}, "mã băm của hồ sơ"),
        ({"record": "1a" * 31}, "mã băm của hồ sơ"),
        ({"sha256": ""}, "mã băm của tài liệu"),
        ({"sha256": "2b" * 33}, "mã băm của tài liệu"),
        ({"version": 0}, "số phiên bản"),
        ({"version": (1 << 31) + 1}, "số phiên bản"),
        ({"school": "7900070"}, "mã trường"),
        ({"school": "٧٩٠٠٠٧٠١"}, "mã trường"),
        ({"school": "Trường Mẫu"}, "mã trường"),
        ({"at": datetime(2027, 6, 15, 3, 4, 5)}, "thời điểm"),  # noqa: DTZ001 - the point of the test
        ({"at": datetime(2027, 6, 15, 3, 4, 5, 6, tzinfo=UTC)}, "thời điểm"),
        ({"at": datetime(2027, 6, 15, 3, 4, 5, tzinfo=timezone(timedelta(hours=7)))}, "thời điểm"),
    ],
)
def test_an_event_with_anything_out_of_place_is_not_made(change: dict[str, object], what: str) -> None:
    with pytest.raises(EventInvalid, match=f"{what} không hợp lệ"):
        replace(EVENT, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"issued", b"printed"),
        (b'"issued"', b'["issued"]'),
        (b'"event"', b'"Event"'),
        (b'"version":2', b'"version":true'),
        (b'"version":2', b'"version":2.0'),
        (b'"version":2', b'"version":"2"'),
        (b'"version":2', b'"version":1e999'),
        (b'"version":2', b'"version":' + b"9" * 5000),
        (b'"version":2', b'"version":2,"version":2'),
        (b'"version":2', b'"version":2,"pupil":"A"'),
        (b'"version":2', b'"version":null'),
        (b',"version":2', b""),
        (b":2}", b": 2}"),
        (b"}", b"}\n"),
        (b"}", b""),
        (b"79000701", b" 79000701"),
        (b'"79000701"', b"79000701"),
        (b"03:04:05Z", b"03:04:05+00:00"),
        (b"03:04:05Z", b"03:04:05"),
        (b"03:04:05Z", b"03:04:05.0Z"),
        (b"03:04:05Z", b"03:04:65Z"),
        (b"2027-06-15T", b"2027-06-15 "),
        (b'"2027-06-15T03:04:05Z"', b"5"),
        (b"1a1a", b"\xff\xff\xff\xff"),
        (LEAF, b"[" * 60_000),
        (LEAF, b"[]"),
        (LEAF, b'"issued"'),
        (LEAF, b""),
    ],
)
def test_anything_but_the_canonical_bytes_is_refused(old: bytes, new: bytes) -> None:
    assert old in LEAF
    with pytest.raises(EventInvalid):
        HistoryEvent.from_leaf(LEAF.replace(old, new, 1))


def test_a_record_is_named_by_an_hmac_as_its_definition_has_it() -> None:
    inner = hashlib.sha256(bytes(each ^ 0x36 for each in SECRET.ljust(64, b"\0")) + str(RECORD).encode())
    outer = hashlib.sha256(bytes(each ^ 0x5C for each in SECRET.ljust(64, b"\0")) + inner.digest())
    assert record_tag(SECRET, RECORD) == outer.hexdigest()


def test_another_secret_gives_another_name() -> None:
    assert record_tag(SECRET, RECORD) != record_tag(SECRET[::-1], RECORD)
