"""One sentence for each finding, in Vietnamese and English: what held, what did not, and why."""

from typing import Literal

from signing.verification.field_names import field_name
from signing.verification.verdicts import Check, Finding, Reason

Language = Literal["vi", "en"]

# For each check: held and failed.
_CHECKS: dict[Check, dict[Language, tuple[str, str]]] = {
    Check.STRUCTURE: {
        "vi": ("Tệp PDF đọc được theo đúng chuẩn.", "Tệp PDF bị hỏng hoặc đã bị sửa: không đọc được theo đúng chuẩn."),
        "en": ("The PDF can be read strictly.", "The PDF is damaged or was altered: it cannot be read strictly."),
    },
    Check.RECORD_ATTACHED: {
        "vi": (
            "Có dữ liệu điện tử đính kèm (record.json), đúng cấu trúc.",
            "Không có đúng một tệp dữ liệu record.json đúng cấu trúc đính kèm.",
        ),
        "en": (
            "The machine-readable record (record.json) is attached and well formed.",
            "There is not exactly one well-formed record.json attached.",
        ),
    },
    Check.RECORD_CANONICAL: {
        "vi": ("Dữ liệu đính kèm ở dạng chuẩn (RFC 8785).", "Dữ liệu đính kèm không ở dạng chuẩn (RFC 8785)."),
        "en": (
            "The attached record is in canonical form (RFC 8785).",
            "The attached record is not canonical (RFC 8785).",
        ),
    },
    Check.HASH_PRINTED: {
        "vi": (
            "Mã băm in trên trang khớp với dữ liệu đính kèm.",
            "Mã băm in trên trang không khớp với dữ liệu đính kèm.",
        ),
        "en": (
            "The hash printed on the page is that of the attached record.",
            "The hash printed on the page is not that of the attached record.",
        ),
    },
    Check.PRINTED: {
        "vi": (
            "Nội dung in trên trang khớp với dữ liệu đính kèm.",
            "Nội dung in trên trang khác với dữ liệu đính kèm.",
        ),
        "en": (
            "What is printed on the pages is what the attached record says.",
            "What is printed on the pages differs from the attached record.",
        ),
    },
    Check.EXCHANGED: {
        "vi": (
            "Dữ liệu học bạ để trao đổi khớp với nội dung đính kèm.",
            "Dữ liệu học bạ để trao đổi khác với nội dung đính kèm.",
        ),
        "en": (
            "The national record attached for exchange says the same as the content.",
            "The national record attached for exchange differs from the content.",
        ),
    },
    Check.STATIC: {
        "vi": (
            "Văn bản không chứa mã lệnh, lớp ẩn, ô nhập liệu hay nội dung lấy từ nơi khác.",
            "Văn bản chứa mã lệnh, lớp ẩn, chú thích, ô nhập liệu hoặc nội dung ở nơi khác, có thể bị đổi.",
        ),
        "en": (
            "The document has no scripts, layers, input fields or content from elsewhere.",
            "The document has scripts, layers, annotations, input fields or outside content that can change.",
        ),
    },
    Check.PLAN: {
        "vi": (
            "Các ô chữ ký đúng với loại văn bản, đúng thứ tự.",
            "Các ô chữ ký không đúng với loại văn bản hoặc sai thứ tự.",
        ),
        "en": (
            "The signature fields are those of this kind of document, in order.",
            "The signature fields are not those of this kind of document, or not in order.",
        ),
    },
    Check.ALL_SIGNED: {
        "vi": ("Đủ chữ ký theo quy định.", "Chưa đủ chữ ký theo quy định."),
        "en": ("Every signature that must be there is there.", "A signature that must be there is missing."),
    },
    Check.REVISIONS: {
        "vi": (
            "Ký lần lượt đúng thứ tự, không có thay đổi nào xen giữa.",
            "Thứ tự ký không đúng hoặc có thay đổi xen giữa các chữ ký.",
        ),
        "en": (
            "Signed one after another in order, with no other change in between.",
            "The signing order is wrong or something was changed between signatures.",
        ),
    },
    Check.WHOLE_FILE: {
        "vi": (
            "Chữ ký cuối cùng bao trùm toàn bộ tệp, không có gì thêm vào sau.",
            "Chữ ký cuối cùng không bao trùm toàn bộ tệp: có nội dung thêm vào sau hoặc tệp đã bị cắt bớt.",
        ),
        "en": (
            "The last signature covers the whole file; nothing was added after it.",
            "The last signature does not cover the whole file: something was added, or the file was cut.",
        ),
    },
    Check.EVIDENCE: {
        "vi": ("Bằng chứng thời gian là của tệp này và có hiệu lực.", "Bằng chứng thời gian không chứng minh được gì."),
        "en": ("The evidence record is of this file and in force.", "The evidence record proves nothing."),
    },
    Check.INTACT: {
        "vi": ("Nội dung đã ký còn nguyên vẹn.", "Nội dung đã ký đã bị thay đổi, chữ ký không còn đúng."),
        "en": ("What was signed is intact.", "What was signed has been altered; the signature does not fit."),
    },
    Check.ENCODING: {
        "vi": ("Vùng chữ ký đúng khuôn dạng, không có byte lạ.", "Vùng chữ ký có byte lạ hoặc đã bị sửa."),
        "en": ("The signature's own bytes are exactly as they must be.", "The signature's own bytes were altered."),
    },
    Check.UNCHANGED_AFTER: {
        "vi": (
            "Sau chữ ký này chỉ có thêm các chữ ký được phép.",
            "Sau chữ ký này văn bản đã bị thay đổi ngoài các chữ ký được phép.",
        ),
        "en": (
            "After this signature only permitted signatures were added.",
            "After this signature the document was changed beyond the permitted signatures.",
        ),
    },
    Check.SIGNER: {
        "vi": (
            "Người ký đúng với người được ghi trong văn bản.",
            "Người ký không phải là người được ghi trong văn bản.",
        ),
        "en": (
            "The signer is the person or school the document names.",
            "The signer is not the person or school the document names.",
        ),
    },
    Check.TRUSTED: {
        "vi": ("Chứng thư số do tổ chức được tin cậy cấp.", "Chứng thư số không do tổ chức được tin cậy cấp."),
        "en": (
            "The certificate leads to a trusted authority.",
            "The certificate does not lead to a trusted authority.",
        ),
    },
    Check.TIME_STAMP: {
        "vi": ("Dấu thời gian kèm chữ ký đúng và đáng tin cậy.", "Dấu thời gian kèm chữ ký không dùng được."),
        "en": ("The signature's time stamp is genuine and trusted.", "The signature's time stamp cannot be used."),
    },
    Check.TIME: {
        "vi": ("Có căn cứ về thời điểm ký.", "Không đủ căn cứ xác định thời điểm ký."),
        "en": ("There are grounds for the signing time.", "There are no sufficient grounds for the signing time."),
    },
    Check.IN_FORCE: {
        "vi": (
            "Chứng thư số có hiệu lực vào thời điểm ký.",
            "Không xác nhận được hiệu lực của chứng thư số vào thời điểm ký.",
        ),
        "en": (
            "The certificate was in force at signing time.",
            "It cannot be confirmed that the certificate was in force at signing time.",
        ),
    },
    Check.ALGORITHM: {
        "vi": (
            "Thuật toán ký được phép dùng vào thời điểm ký.",
            "Thuật toán ký không nằm trong danh mục được phép vào thời điểm ký.",
        ),
        "en": (
            "The signature algorithm was allowed at signing time.",
            "The signature algorithm was not among those allowed at signing time.",
        ),
    },
    Check.VALIDATION_DATA: {
        "vi": (
            "Tệp mang theo dữ liệu kiểm tra chứng thư số của chữ ký này.",
            "Tệp thiếu dữ liệu kiểm tra chứng thư số của chữ ký này.",
        ),
        "en": (
            "The file carries what proves this signature's certificates.",
            "The file lacks what proves this signature's certificates.",
        ),
    },
}

_REASONS: dict[Reason, dict[Language, str]] = {
    Reason.REVOKED: {
        "vi": "Chứng thư số đã bị thu hồi, và không có căn cứ là đã ký trước lúc thu hồi.",
        "en": "The certificate was revoked, and nothing proves that the signature was made before.",
    },
    Reason.KEY_LOST: {
        "vi": "Khoá ký đã bị lộ trước thời điểm ký, theo nơi cấp chứng thư số; hãy báo nhà trường để thu hồi văn bản.",
        "en": "The key was lost before signing time, says the authority; tell the school to recall the document.",
    },
    Reason.SUSPENDED: {
        "vi": "Chứng thư số bị tạm dừng vào thời điểm ký và chưa được mở lại.",
        "en": "The certificate was suspended at signing time and has not been resumed.",
    },
    Reason.NOT_YET_VALID: {
        "vi": "Chứng thư số chưa có hiệu lực vào thời điểm ký.",
        "en": "The certificate was not yet valid at signing time.",
    },
    Reason.OUT_OF_DATE: {
        "vi": "Chứng thư số đã hết hạn, và không có căn cứ là đã ký trước lúc hết hạn.",
        "en": "The certificate has expired, and nothing proves that the signature was made before.",
    },
    Reason.NO_STATUS: {
        "vi": "Không có dữ liệu còn giá trị về tình trạng thu hồi của chứng thư số vào thời điểm ký.",
        "en": "There is no current data on whether the certificate was revoked at signing time.",
    },
    Reason.CHAIN: {
        "vi": "Chứng thư số không được cấp để ký văn bản, hoặc chuỗi chứng thực không hợp lệ.",
        "en": "The certificate was not issued for signing documents, or its chain is not valid.",
    },
    Reason.STAMP_MISSING: {
        "vi": "Chỗ dành cho dấu thời gian bị bỏ trống: có thể dấu thời gian đã bị gỡ bỏ.",
        "en": "The room for a time stamp is empty: one may have been taken away.",
    },
    Reason.STAMP_UNREADABLE: {
        "vi": "Dấu thời gian không đọc được hoặc không đúng chuẩn RFC 3161.",
        "en": "The time stamp cannot be read or is not as RFC 3161 has it.",
    },
    Reason.STAMP_IMPRINT: {
        "vi": "Dấu thời gian được cấp cho dữ liệu khác, không phải chữ ký này.",
        "en": "The time stamp was made for other data, not for this signature.",
    },
    Reason.STAMP_SIGNATURE: {
        "vi": "Chữ ký trong dấu thời gian không đúng.",
        "en": "The time stamp's own signature does not fit.",
    },
    Reason.STAMP_SIGNING_CERTIFICATE: {
        "vi": "Dấu thời gian không chỉ rõ đúng chứng thư số đã ký nó.",
        "en": "The time stamp does not name the certificate that signed it.",
    },
    Reason.STAMP_USAGE: {
        "vi": "Chứng thư số ký dấu thời gian không được cấp riêng cho việc cấp dấu thời gian.",
        "en": "The certificate behind the time stamp was not issued for time stamping alone.",
    },
    Reason.STAMP_TIME: {
        "vi": "Thời điểm ghi trong dấu thời gian không hợp lý.",
        "en": "The time in the time stamp is not plausible.",
    },
    Reason.STAMP_EXPIRED: {
        "vi": "Chứng thư số của dịch vụ cấp dấu thời gian đã hết hạn và không có bằng chứng nào gia hạn.",
        "en": "The time-stamp authority's certificate has expired and no evidence renews it.",
    },
    Reason.STAMP_UNTRUSTED: {
        "vi": "Dấu thời gian không do tổ chức được tin cậy cấp.",
        "en": "The time stamp does not come from a trusted authority.",
    },
    Reason.STAMP_REVOKED: {
        "vi": "Chứng thư số của dịch vụ cấp dấu thời gian đã bị thu hồi.",
        "en": "The time-stamp authority's certificate has been revoked.",
    },
    Reason.EVIDENCE_MISFIT: {
        "vi": "Bằng chứng thời gian bị hỏng, hoặc không phải của tệp này.",
        "en": "The evidence record is damaged, or not of this file.",
    },
    Reason.EVIDENCE_EXPIRED: {
        "vi": "Bằng chứng thời gian đã hết hiệu lực vì không được gia hạn kịp thời.",
        "en": "The evidence record has lapsed: it was not renewed in time.",
    },
}


def sentence(finding: Finding, language: Language = "vi") -> str:
    """What a check found; the reason, or the field, where there is one."""
    if finding.reason is not None:
        return _REASONS[finding.reason][language]
    held, failed = _CHECKS[finding.check][language]
    if finding.field:
        vietnamese, english = field_name(finding.field)
        return f"{failed.removesuffix('.')}: {vietnamese if language == 'vi' else english}."
    return held if finding.holds else failed
