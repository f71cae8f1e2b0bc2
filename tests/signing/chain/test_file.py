"""The file of a chain as bytes: hostile zips are refused, and nothing but what the writer writes is read."""

import io
import json
import zipfile

import pytest

from domain.stored_zip import stored_zip
from signing import container
from signing.chain.errors import ChainInvalid
from signing.chain.file import CHAIN, MEDIA_TYPE, README, is_chain_file, pack_chain, unpack_chain
from signing.chain.form import read_chain_json
from signing.container import unpack
from tests.signing.chain.tampering import members

REFUSALS = "Tệp chuỗi học bạ|Gói hồ sơ"


def test_what_was_packed_comes_back(handed: bytes) -> None:
    assert pack_chain(unpack_chain(handed)) == handed


def test_it_says_what_it_is_without_being_unpacked(handed: bytes) -> None:
    assert handed[38 : 38 + len(MEDIA_TYPE)] == MEDIA_TYPE.encode()
    assert is_chain_file(handed)
    assert not is_chain_file(b"%PDF-1.7")


def test_it_is_no_container_of_one_paper(handed: bytes) -> None:
    with pytest.raises(container.ContainerInvalid):
        unpack(handed)


def test_another_edition_of_the_readme_is_read(handed: bytes) -> None:
    other = stored_zip(members(handed) | {README: b"read me"})
    assert unpack_chain(other).chain == unpack_chain(handed).chain


def test_what_is_no_zip_is_refused(handed: bytes) -> None:
    for data in (b"", b"PK\x03\x04", handed[:-30], handed[:1000], handed + b"junk", b"junk" + handed):
        with pytest.raises(ChainInvalid, match=REFUSALS):
            unpack_chain(data)


def test_hidden_repeated_and_strange_members_are_refused(handed: bytes) -> None:
    held = members(handed)
    for name in ("extra.txt", "../chain.json", "/etc/passwd", "papers/x.pdf", "papers/", f"papers/{'0' * 64}.ers"):
        with pytest.raises(ChainInvalid, match=REFUSALS):
            unpack_chain(stored_zip(held | {name: b"x"}))
    twice = io.BytesIO(handed)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr(CHAIN, held[CHAIN])
    with pytest.raises(ChainInvalid, match=REFUSALS):
        unpack_chain(twice.getvalue())


def test_members_in_another_order_are_refused(handed: bytes) -> None:
    held = members(handed)
    with pytest.raises(ChainInvalid, match="có thành phần lạ"):
        unpack_chain(stored_zip(dict(reversed(held.items()))))


def test_a_bomb_is_refused_before_it_is_unpacked(handed: bytes) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members(handed) | {CHAIN: bytes(1 << 26)}).items():
            archive.writestr(name, content)
    assert len(target.getvalue()) < 1 << 20
    with pytest.raises(ChainInvalid, match="bị nén"):
        unpack_chain(target.getvalue())


def test_more_than_a_reader_takes_is_refused(handed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    many = members(handed) | {f"validation/crl-{at}.der": b"" for at in range(container.MAX_MEMBERS)}
    with pytest.raises(ChainInvalid, match="quá nhiều"):
        unpack_chain(stored_zip(many))
    monkeypatch.setattr(container, "MAX_BYTES", 1000)
    with pytest.raises(ChainInvalid, match="quá lớn"):
        unpack_chain(handed)


@pytest.mark.parametrize("missing", ["chain.json", "chain.note", "log/checkpoint", "log/checkpoint.ers", README])
def test_what_must_be_there_must_be_there(handed: bytes, missing: str) -> None:
    held = {name: data for name, data in members(handed).items() if name != missing}
    with pytest.raises(ChainInvalid, match="thiếu thành phần"):
        unpack_chain(stored_zip(held))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"\xff\xfe{}", b"[" * 100_000, b'{"format":"hocba-chain/1"}', b'{"format":NaN}',
        b'{"format":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_json_made_to_deceive_is_refused(data: bytes) -> None:
    with pytest.raises(ChainInvalid, match=r"chain\.json"):
        read_chain_json(data)


def test_json_in_another_form_is_refused(handed: bytes) -> None:
    whole = members(handed)[CHAIN]
    read = json.loads(whole)
    spaced, reversed_ = json.dumps(read).encode(), json.dumps(dict(reversed(read.items())), separators=(",", ":"))
    twice = whole.replace(b'"format":"hocba-chain/1"', b'"format":"hocba-chain/1","format":"hocba-chain/1"')
    for data in (spaced, reversed_.encode(), twice, whole + b"\n", whole.replace(b'"version":1', b'"version":1.0')):
        with pytest.raises(ChainInvalid, match=r"chain\.json"):
            read_chain_json(data)
