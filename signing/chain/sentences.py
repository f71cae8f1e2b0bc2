"""One sentence for each finding about a chain, and names of its links, in Vietnamese and English."""

from datetime import datetime
from typing import Final

from domain.calendar import day_of
from domain.chains import GapLink, Happened, Link, LinkKind, LinkState, MoveLink, PaperLink
from signing.chain.verdicts import ChainCheck, ChainFinding, ChainVerification
from signing.verification.field_names import field_name
from signing.verification.sentences import Language
from signing.verification.verdicts import Verdict

# For each check: held, and failed; {} is where.
_CHECKS: Final[dict[ChainCheck, dict[Language, tuple[str, str]]]] = {
    ChainCheck.STATEMENT: {
        "vi": (
            "Khoá nhật ký đã ký cả chuỗi: không có mắt xích nào bị sửa, thêm hay bớt sau khi xuất.",
            "Chữ ký của khoá nhật ký trên cả chuỗi không đúng, không có, hoặc chưa có khoá để kiểm tra.",
        ),
        "en": (
            "The log's key signed the whole chain: no link was changed, added or left out since it was written.",
            "The signature of the log's key over the whole chain is wrong, missing, or there is no key to check it.",
        ),
    },
    ChainCheck.WOVEN: {
        "vi": ("Mỗi mắt xích mang đúng mã băm của mắt xích trước.", "Mã băm nối các mắt xích không khớp."),
        "en": ("Each link carries the hash of the one before.", "The hashes that join the links do not fit."),
    },
    ChainCheck.ORDER: {
        "vi": ("Các mắt xích đúng thứ tự năm học, phiên bản.", "Các mắt xích sai thứ tự hoặc lặp lại."),
        "en": ("The links are in order of year and version.", "The links are out of order, or one is there twice."),
    },
    ChainCheck.MEMBERS: {
        "vi": (
            "Tệp không chứa văn bản hay mục nhật ký nào ngoài các mắt xích.",
            "Văn bản hoặc mục nhật ký không thuộc mắt xích nào, bị thiếu, hoặc dùng hai lần: {}.",
        ),
        "en": (
            "The file has no paper and no log entry beside those of its links.",
            "A paper or log entry belongs to no link, is missing, or is used twice: {}.",
        ),
    },
    ChainCheck.CHECKPOINT: {
        "vi": (
            "Điểm chốt của nhật ký do đúng khoá nhật ký ký.",
            "Điểm chốt của nhật ký không đúng, hoặc chưa có khoá nhật ký để kiểm tra.",
        ),
        "en": (
            "The log's checkpoint is signed by the log's key.",
            "The log's checkpoint is wrong, or there is no key to check it.",
        ),
    },
    ChainCheck.CHECKPOINT_TIME: {
        "vi": (
            "Thời điểm của điểm chốt được chứng minh (RFC 4998).",
            "Chưa chứng minh được điểm chốt có từ lúc nào.",
        ),
        "en": ("The checkpoint's time is proven (RFC 4998).", "Nothing proves when the checkpoint was made."),
    },
    ChainCheck.WITNESS: {
        "vi": ("Đơn vị làm chứng đã ký điểm chốt: {}.", "Không có chữ ký đúng của đơn vị làm chứng: {}."),
        "en": ("The witness has signed the checkpoint: {}.", "There is no good signature of the witness: {}."),
    },
    ChainCheck.VERSIONS: {
        "vi": (
            "Các phiên bản của mỗi năm liên tục từ 1; bản trước được thu hồi hoặc thay thế rồi mới phát hành bản sau.",
            "Phiên bản của năm học {} không liên tục từ 1, hoặc bản trước chưa thu hồi khi phát hành bản sau.",
        ),
        "en": (
            "Versions of each year count up from 1, each closed before the next was issued.",
            "Versions of the year {} do not count up from 1, or one was not closed before the next was issued.",
        ),
    },
    ChainCheck.ONE_IN_FORCE: {
        "vi": ("Mỗi năm học không có hai bản cùng hiệu lực.", "Năm học {} có hơn một bản đang hiệu lực."),
        "en": ("No year has two records in force.", "The year {} has more than one record in force."),
    },
    ChainCheck.RECORDED: {
        "vi": ("Năm học nào cũng có một bản đang hiệu lực.", "Năm học {} chưa có bản nào đang hiệu lực."),
        "en": ("Every year has a record in force.", "The year {} has no record in force."),
    },
    ChainCheck.YEARS_NAMED: {
        "vi": (
            "Học bạ các năm sau kể đủ các năm trước.",
            "Học bạ năm sau không nhắc tới năm học {}, dù tệp có học bạ của năm đó.",
        ),
        "en": (
            "Later records name all earlier years.",
            "A later record does not name the year {}, of which the file has a record.",
        ),
    },
    ChainCheck.YEARS_PRESENT: {
        "vi": (
            "Mọi năm học mà học bạ nhắc tới đều có mắt xích.",
            "Năm học {} có trong quá trình học tập nhưng tệp không có: mắt xích đã bị lấy đi.",
        ),
        "en": (
            "Every year that a record names has its link.",
            "The year {} stands in the schooling history but not in the file: a link was taken away.",
        ),
    },
    ChainCheck.BETWEEN: {
        "vi": (
            "Các lần chuyển trường đúng như học bạ mới nhất ghi.",
            "Các lần chuyển trường, hoặc năm không có học bạ, khác với học bạ mới nhất.",
        ),
        "en": (
            "Moves between schools are those of the newest record.",
            "Moves between schools, or years without a record, differ from the newest record.",
        ),
    },
    ChainCheck.OVERLAP: {
        "vi": (
            "Không lúc nào học sinh thuộc hai trường.",
            "Năm học {}: thời gian học ở hai trường chồng lên nhau, hoặc học bạ không do trường cuối của năm cấp.",
        ),
        "en": (
            "At no time did the pupil belong to two schools.",
            "The year {}: times at two schools overlap, or the record is not of the year's last school.",
        ),
    },
    ChainCheck.SETTLED: {
        "vi": (
            "Ngày chuyển trường giữa năm học đều có ghi.",
            "Năm học {} học ở hai trường nhưng không giấy tờ nào ghi ngày chuyển.",
        ),
        "en": (
            "The day of every move within a year is written down.",
            "In the year {} there were two schools, and no paper says when the pupil moved.",
        ),
    },
    ChainCheck.PAPER: {
        "vi": ("Chữ ký, con dấu và nội dung của văn bản hợp lệ.", "Văn bản thiếu, không hợp lệ hoặc chưa đủ căn cứ."),
        "en": (
            "The paper's signatures, seal and content are valid.",
            "The paper is missing, not valid, or cannot be decided.",
        ),
    },
    ChainCheck.SAME_RECORD: {
        "vi": ("Mắt xích ghi đúng như văn bản đã ký.", "Mắt xích ghi khác văn bản đã ký: {}."),
        "en": ("The link says what the signed paper says.", "The link differs from the signed paper: {}."),
    },
    ChainCheck.SAME_PUPIL: {
        "vi": ("Văn bản là của học sinh này.", "Văn bản là của học sinh khác."),
        "en": ("The paper is this pupil's.", "The paper is another pupil's."),
    },
    ChainCheck.SAME_ID: {
        "vi": (
            "Số định danh không khác với học bạ mới nhất.",
            "Số định danh khác với học bạ mới nhất; có thể đã được đính chính.",
        ),
        "en": (
            "The personal id is not another than in the newest record.",
            "The personal id differs from the newest record; it may have been corrected.",
        ),
    },
    ChainCheck.SAME_SCHOOL: {
        "vi": (
            "Tên trường đúng như học bạ mới nhất ghi.",
            "Học bạ mới nhất ghi tên trường khác cho năm học {}; có thể trường đã đổi tên.",
        ),
        "en": (
            "The school's name is that in the newest record.",
            "The newest record names another school for {}; it may have been renamed.",
        ),
    },
    ChainCheck.EVENTS: {
        "vi": (
            "Nhật ký ghi đúng tệp, phiên bản, trường và thời điểm này.",
            "Mục {} của nhật ký thiếu hoặc nói về tệp, phiên bản, trường hay thời điểm khác.",
        ),
        "en": (
            "The log speaks of this file, version, school and time.",
            "Entry {} of the log is missing, or speaks of another file, version, school or time.",
        ),
    },
    ChainCheck.INCLUDED: {
        "vi": (
            "Mọi sự kiện đều nằm trong nhật ký, dưới điểm chốt này.",
            "Không chứng minh được mục {} nằm trong nhật ký dưới điểm chốt này.",
        ),
        "en": (
            "Every event is in the log, under this checkpoint.",
            "Nothing proves that entry {} is in the log under this checkpoint.",
        ),
    },
    ChainCheck.STATE: {
        "vi": (
            "Tình trạng ghi ở mắt xích đúng với nhật ký.",
            "Tình trạng ghi ở mắt xích khác với nhật ký, hoặc thiếu sự kiện của nó.",
        ),
        "en": (
            "The link's state is that of the log.",
            "The link's state differs from the log, or an event of it is missing.",
        ),
    },
    ChainCheck.REPLACED: {
        "vi": ("Bản thay thế ghi đúng với chuỗi.", "Bản thay thế ghi ở mắt xích không có trong chuỗi hoặc khác đi."),
        "en": ("What replaces it is what the chain has.", "What replaces it is not in the chain, or another."),
    },
    ChainCheck.HAS_RECORD: {
        "vi": (
            "Việc chuyển trường được suy ra từ các học bạ đã ký.",
            "Năm học {} không có học bạ trong tệp; không có gì chứng minh là chưa từng có.",
        ),
        "en": (
            "The move follows from the signed records.",
            "The file has no record of the year {}, and nothing proves that there never was one.",
        ),
    },
}
_FIELDS: Final = {"school_code": "school.code", "school_name": "school.name"}
_VERDICTS: Final[dict[Verdict, dict[Language, str]]] = {
    Verdict.VALID: {"vi": "CHUỖI HỌC BẠ HỢP LỆ", "en": "THE CHAIN IS VALID"},
    Verdict.INVALID: {"vi": "CHUỖI HỌC BẠ KHÔNG HỢP LỆ", "en": "THE CHAIN IS NOT VALID"},
    Verdict.INDETERMINATE: {"vi": "CHUỖI HỌC BẠ CHƯA ĐỦ CĂN CỨ", "en": "THE CHAIN CANNOT BE DECIDED"},
}
_STATES: Final[dict[LinkState, dict[Language, str]]] = {
    LinkState.IN_FORCE: {"vi": "có hiệu lực", "en": "in force"},
    LinkState.RECALLED: {"vi": "đã thu hồi", "en": "recalled"},
    LinkState.SUPERSEDED: {"vi": "đã được thay thế", "en": "superseded"},
    LinkState.NOT_LOGGED: {"vi": "không ghi nhật ký", "en": "not in the log"},
}
_PAPERS: Final[dict[LinkKind, dict[Language, str]]] = {
    LinkKind.YEAR_RECORD: {"vi": "Học bạ năm học {}", "en": "Record of the year {}"},
    LinkKind.IDENTITY_PAGE: {"vi": "Trang thông tin học sinh {}", "en": "Identity page {}"},
    LinkKind.PAPER_EXTRACT: {"vi": "Trích lục học bạ các năm trước {}", "en": "Extract from earlier records {}"},
}


def chain_headline(found: ChainVerification, language: Language = "vi") -> str:
    return _VERDICTS[found.verdict][language]


def chain_sentence(finding: ChainFinding, language: Language = "vi") -> str:
    """What a check found, and where."""
    held, failed = _CHECKS[finding.check][language]
    detail = finding.detail
    if finding.check is ChainCheck.SAME_RECORD:
        detail = field_name(_FIELDS.get(detail, detail))[0 if language == "vi" else 1]
    said = (held if finding.holds else failed).format(detail)
    return said.replace(": .", ".").replace("  ", " ")


def link_name(link: Link, language: Language = "vi") -> str:
    """A link in a line: what it is, of which year and school, and how it stands."""
    match link:
        case MoveLink():
            return _move_name(link, language)
        case GapLink():
            nothing = "không có học bạ" if language == "vi" else "no record"
            return f"{link.school_year} · {link.school_name} · {nothing}"
        case PaperLink():
            return _paper_name(link, language)


def _move_name(link: MoveLink, language: Language) -> str:
    moved = "Chuyển trường" if language == "vi" else "Moved"
    return f"{moved} {link.moved_on or link.school_year}: {link.from_school} → {link.to_school}"


def _paper_name(link: PaperLink, language: Language) -> str:
    name = _PAPERS[link.kind][language].format(link.school_year).strip()
    version = f"bản {link.version}" if language == "vi" else f"version {link.version}"
    parts = [name, link.class_name, link.school_name, version, _standing(link, language), link.lookup_code]
    return " · ".join(part for part in parts if part)


def _standing(link: PaperLink, language: Language) -> str:
    state = _STATES[link.state][language]
    since = link.at(Happened.RECALLED) if link.state is LinkState.RECALLED else ""
    day = f" {day_of(datetime.fromisoformat(since)):%d/%m/%Y}" if since else ""
    by = "thay bằng" if language == "vi" else "replaced by"
    return f"{state}{day}, {by} {link.replaced_by}" if link.replaced_by else f"{state}{day}"
