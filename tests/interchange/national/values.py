"""Any packet that is sound, for properties: the samples with some of their values replaced by any that are allowed."""

import unicodedata
from dataclasses import replace

from hypothesis import strategies as st

from interchange.national.fields import Field, Kind, Level, Need
from interchange.national.packet import Packet
from interchange.national.records import NationalRecord, Value
from tests.interchange.national.samples import COLUMNS, SAMPLES, SCHOOL_CODE, Column, with_value

# Characters of XML 1.0 (section 2.2), white space that parsers like to fold among them.
_CHARACTERS = st.characters(
    exclude_categories=["Cs", "Cc", "M"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)
_CALENDAR: dict[str, st.SearchStrategy[Value]] = {
    "date": st.dates().map(lambda day: day.isoformat()),
    "datetime": st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")),
    "school_year": st.integers(2000, 2090).map(lambda year: f"{year}-{year + 1}"),
}
# What ties rows to each other and to the packet.
_TIED = ("key", "idbanghi", "sukien", "matruong", "thangnamsinh", "namsinh")


def value_of(field: Field) -> st.SearchStrategy[Value]:
    if field.kind is Kind.BOOLEAN:
        return st.booleans()
    if field.kind is Kind.INTEGER:
        return st.integers(1, 2**31 - 1)
    if field.kind is Kind.NUMBER:
        return st.integers(1, 300) | st.floats(1, 300)
    return _text_of(field)


def _text_of(field: Field) -> st.SearchStrategy[Value]:
    if field.rule.codes:
        return st.sampled_from(sorted(field.rule.codes))
    if field.rule.pattern:
        return st.from_regex(field.rule.pattern, fullmatch=True)
    name = field.rule.format or field.published.lower()
    return _CALENDAR[name] if name in _CALENDAR else _free_text(min(field.length or 1, 12))


def _free_text(length: int) -> st.SearchStrategy[Value]:
    return st.text(_CHARACTERS, min_size=1, max_size=length).filter(
        lambda text: bool(text.strip()) and unicodedata.is_normalized("NFC", text)
    )


@st.composite
def records(draw: st.DrawFn, level: Level) -> NationalRecord:
    free = [each for each in COLUMNS if each.level is level and not each.field.name.startswith(_TIED)]
    record = SAMPLES[level]
    for column in draw(st.lists(st.sampled_from(free), max_size=6)):
        record = with_value(record, column.part, column.field.name, draw(value_of(column.field) | _nothing(column)))
    kept = draw(st.sets(st.sampled_from(sorted(record.children))))
    return replace(record, children={part: record.children[part] for part in kept})


def _nothing(column: Column) -> st.SearchStrategy[Value]:
    may_be_empty = column.field.need is Need.NEVER and column.field.name != "ngaythangnamsinh"
    return st.none() if may_be_empty else st.nothing()


def packets() -> st.SearchStrategy[Packet]:
    both = st.tuples(*(records(level) for level in Level))
    return st.one_of(both, *(records(level).map(lambda each: (each,)) for level in Level)).map(
        lambda each: Packet(SCHOOL_CODE, each)
    )


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some of them replaced, anywhere."""
    places = st.tuples(st.integers(0, len(data)), st.integers(0, 40), st.binary(max_size=8) | st.just(data[-90:]))
    return places.map(lambda hole: data[: hole[0]] + hole[2] + data[hole[0] + hole[1] :])
