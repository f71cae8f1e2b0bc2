"""Requests out of form, in the words of people: what is wrong with which field; no value is repeated."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from domain.attendance import TermFact

NO_REQUEST: Final = "Yêu cầu không hợp lệ."
_SHOWN: Final = 3
_LABELS: Final[Mapping[str, str]] = {
    **{fact.value: fact.label for fact in TermFact},
    "body": "Nội dung gửi lên",
    "action": "Việc cần ký",
    "assessment_waived": "Việc không đánh giá học sinh khuyết tật",
    "cells": "Danh sách ô",
    "class_id": "Mã lớp",
    "class_term_id": "Mã sổ",
    "command_id": "Mã thao tác",
    "due_at": "Hạn",
    "grade": "Khối lớp",
    "individual_plan": "Việc đánh giá theo kế hoạch cá nhân",
    "is_promoted": "Quyết định lên lớp",
    "item": "Nội dung đánh giá",
    "kind": "Loại ô",
    "level": "Mức đạt được",
    "more_slots": "Danh sách môn ký cùng",
    "order_id": "Mã lệnh ký",
    "order_ids": "Danh sách lệnh ký",
    "passphrase": "Mật khẩu chữ ký",
    "phrase_id": "Mã mẫu nhận xét",
    "point": "Thời điểm đánh giá",
    "policy_version": "Phiên bản của hạn",
    "position": "Số thứ tự văn bản",
    "preview_id": "Mã bản xem trước",
    "reason": "Lý do",
    "record_id": "Mã hồ sơ",
    "record_ids": "Danh sách hồ sơ",
    "school_year": "Năm học",
    "signatures": "Danh sách chữ ký",
    "slot": "Phần của sổ",
    "subject": "Môn học",
    "take_mine": "Danh sách ô lấy theo tệp",
    "term": "Học kì",
    "text": "Nhận xét",
    "to_slot": "Phần cần sửa lại",
    "value": "Nội dung",
    "version": "Phiên bản đã xem",
    "versions": "Danh sách học sinh được chọn",
}
_UNKNOWN: Final = "Một thông tin gửi kèm"
# By kind of pydantic's errors, with the limits that come along.
_WORDS: Final[Mapping[str, str]] = {
    "missing": "chưa có",
    "extra_forbidden": "không dùng ở đây",
    "json_invalid": "không phải JSON hợp lệ",
    "greater_than_equal": "không được nhỏ hơn %(ge)s",
    "less_than_equal": "không được lớn hơn %(le)s",
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "bool_parsing": "phải là đúng hoặc sai",
    "bool_type": "phải là đúng hoặc sai",
    "string_type": "phải là chữ",
    "string_too_short": "phải có ít nhất %(min_length)s ký tự",
    "string_too_long": "không được dài quá %(max_length)s ký tự",
    "string_pattern_mismatch": "có ký tự không dùng được",
    "string_unicode": "có ký tự không dùng được",
    "too_short": "phải có ít nhất %(min_length)s mục",
    "too_long": "không được có quá %(max_length)s mục",
    "value_error": "có mục bị lặp lại",  # the forms' own check: each id or slot once
    "enum": "không thuộc các giá trị cho phép",
    "literal_error": "không thuộc các giá trị cho phép",
    "datetime_parsing": "phải là ngày giờ hợp lệ",
    "datetime_from_date_parsing": "phải là ngày giờ hợp lệ",
    "datetime_type": "phải là ngày giờ hợp lệ",
    "timezone_aware": "phải kèm múi giờ",
}
_OTHERWISE: Final = "không đúng dạng"


class FieldError(BaseModel):
    """Where a request is out of form, for programs ("body.cells.0.value"), and what is wrong, for people."""

    path: str
    message: str


def field_errors(found: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """What a request's validation found, each place once."""
    by_path = {".".join(map(str, each["loc"])): _message(each) for each in found}
    return [FieldError(path=path, message=by_path[path]) for path in sorted(by_path)]


def in_words(errors: Sequence[FieldError]) -> str:
    """The first few as one text."""
    messages = list(dict.fromkeys(each.message for each in errors))
    more = [f"Còn {len(messages) - _SHOWN} lỗi khác."] if len(messages) > _SHOWN else []
    return " ".join((*messages[:_SHOWN], *more)) or NO_REQUEST


def _message(error: Mapping[str, Any]) -> str:
    """The field by its name, and by its number in a list; a name that is not ours is not repeated."""
    loc = error["loc"] if error["type"] != "json_invalid" else ("body",)
    names = [part for part in loc if isinstance(part, str)]
    label = _LABELS.get(names[-1], _UNKNOWN) if names else _UNKNOWN
    numbers = [part + 1 for part in loc if isinstance(part, int)]
    place = f"{label} (mục {numbers[0]})" if numbers else label
    words = _WORDS.get(error["type"], _OTHERWISE) % error.get("ctx", {})
    return f"{place}: {words}."
