"""The file of a chain: one zip with chain.json, its papers and their evidence, and the state of the history log.

As with the container of one paper (`signing.container`): the same contents give the same bytes, and only those bytes
are read back. Papers are named by their hash, so none can stand in for another.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from domain.stored_zip import stored_zip
from signing.chain.errors import ChainInvalid
from signing.chain.form import Chain, read_chain_json
from signing.container import (
    MAX_BYTES,
    MAX_MEMBERS,
    ContainerInvalid,
    material_members,
    material_of,
    read_members,
)
from signing.dss import ValidationMaterial

MEDIA_TYPE = "application/vnd.hocba.chain+zip"
CHAIN, STATEMENT, README = "chain.json", "chain.note", "README.txt"
CHECKPOINT, CHECKPOINT_EVIDENCE = "log/checkpoint", "log/checkpoint.ers"
_MUST = frozenset({CHAIN, STATEMENT, CHECKPOINT, CHECKPOINT_EVIDENCE})
_PAPER = re.compile(r"papers/([0-9a-f]{64})\.pdf")
_TYPE_AT = 30 + len("mimetype")  # where a zip whose first member is called so says what it is
# What stands there first is nothing of a checkpoint, whose second line is a number.
_STATED = "hocba chain 1\n{}\n"

_README_TEXT = f"""\
CHUỖI HỌC BẠ SỐ CỦA MỘT HỌC SINH: CÁCH TỰ KIỂM TRA

Tệp này chứa học bạ của mọi năm học, mọi trường, mọi phiên bản đã phát hành cho một học sinh, các trang thông tin,
kết quả học tập khi chuyển trường, cùng bằng chứng. Bảng tổng hợp học kì I của lớp có tên các bạn khác nên trường
giữ; ở đây chỉ có mã băm và bằng chứng trong nhật ký.
Kiểm tra toàn bộ, không cần mạng:   hocba verify --trust root.pem --log-key KHOÁ-NHẬT-KÝ chuoi.zip

{CHAIN}            các mắt xích theo thứ tự; mỗi mắt xích mang SHA-256 của mắt xích trước (JSON chuẩn RFC 8785)
{STATEMENT}            chữ ký của khoá nhật ký (Ed25519) trên SHA-256 của {CHAIN}
papers/            văn bản PDF đã ký, đặt tên theo SHA-256, và bằng chứng thời gian của từng tệp (RFC 4998)
log/               điểm chốt của nhật ký lịch sử (C2SP tlog-checkpoint) và bằng chứng thời gian của nó
validation/        chứng thư số, trả lời OCSP và danh sách thu hồi (CRL), đặt tên theo SHA-256

THE CHAIN OF A PUPIL'S DIGITAL SCHOOL RECORDS: HOW TO CHECK IT YOURSELF

It holds the records of all years, schools and versions that were issued for one pupil, the identity pages and the
results of transfers, and what proves them. The first term's summary names the whole class, so the school keeps it:
here are its hash and the proof that it is in the log.
Check all of it, offline:           hocba verify --trust root.pem --log-key LOG-KEY --lang en chain.zip

{CHAIN}            the links in order; each carries the SHA-256 of the one before (canonical JSON, RFC 8785)
{STATEMENT}            a signature of the log's key (Ed25519) over the SHA-256 of {CHAIN}
papers/            the signed PDFs, named by their SHA-256, each with its evidence of time (RFC 4998)
log/               a checkpoint of the history log (C2SP tlog-checkpoint) with its evidence of time
validation/        certificates, OCSP responses and revocation lists (CRLs), named by their SHA-256
"""


@dataclass(frozen=True)
class Paper:
    """A signed PDF and its evidence record (RFC 4998, DER)."""

    pdf: bytes = field(repr=False)
    evidence: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()


@dataclass(frozen=True)
class ChainFile:
    """What is in the file, none of it checked; `statement` and `checkpoint` are signed notes."""

    chain: Chain
    statement: bytes = field(repr=False)
    checkpoint: bytes = field(repr=False)
    checkpoint_evidence: bytes = field(repr=False)
    papers: tuple[Paper, ...] = field(repr=False)
    material: ValidationMaterial = field(repr=False)


def stated(chain: bytes) -> str:
    """What the log's key signs of a chain.json."""
    return _STATED.format(hashlib.sha256(chain).hexdigest())


def is_chain_file(data: bytes) -> bool:
    """Whether it says of itself that it is one."""
    return data[_TYPE_AT : _TYPE_AT + len(MEDIA_TYPE)] == MEDIA_TYPE.encode()


def pack_chain(file: ChainFile) -> bytes:
    """The file as bytes. Raises ChainInvalid for more than a reader takes."""
    members = _members(file, _README_TEXT.encode())
    data = stored_zip(members)
    if len(data) > MAX_BYTES or len(members) > MAX_MEMBERS:
        raise ChainInvalid("Tệp chuỗi học bạ quá lớn.")
    return data


def unpack_chain(data: bytes) -> ChainFile:
    """Read a file. Raises ChainInvalid unless it is, but for the README, exactly what `pack_chain` writes."""
    try:
        members = read_members(data)
    except ContainerInvalid as error:
        raise ChainInvalid(error.message) from error
    if not members.keys() >= _MUST | {README}:
        raise ChainInvalid("Tệp chuỗi học bạ thiếu thành phần bắt buộc.")
    found = _file_of(members)
    if stored_zip(_members(found, members[README])) != data:
        raise ChainInvalid("Tệp chuỗi học bạ có thành phần lạ, bị tráo, hoặc không đúng dạng do hệ thống xuất.")
    return found


def _file_of(members: Mapping[str, bytes]) -> ChainFile:
    names = [name.removesuffix(".pdf") for name in members if _PAPER.fullmatch(name)]
    return ChainFile(
        chain=read_chain_json(members[CHAIN]),
        statement=members[STATEMENT],
        checkpoint=members[CHECKPOINT],
        checkpoint_evidence=members[CHECKPOINT_EVIDENCE],
        papers=tuple(Paper(members[f"{name}.pdf"], members.get(f"{name}.ers", b"")) for name in names),
        material=material_of(members),
    )


def _members(file: ChainFile, readme: bytes) -> dict[str, bytes]:
    papers = {each.sha256: each for each in file.papers}
    return {
        "mimetype": MEDIA_TYPE.encode(),
        README: readme,
        CHAIN: file.chain.dumps(),
        STATEMENT: file.statement,
        CHECKPOINT: file.checkpoint,
        CHECKPOINT_EVIDENCE: file.checkpoint_evidence,
        **{
            f"papers/{name}.{suffix}": content
            for name, paper in sorted(papers.items())
            for suffix, content in (("pdf", paper.pdf), ("ers", paper.evidence))
        },
        **material_members(file.material),
    }
