"""What a spreadsheet itself checks while somebody fills in a slot's workbook."""

from typing import Final

from domain.assessment import EXEMPT, MAX_SCORE
from domain.entry import Cell
from domain.scales import CellKind, Scale

Options = dict[str, object]  # of XlsxWriter's Worksheet.data_validation
_TITLE: Final = "Chưa đúng quy định"
_ONE_DECIMAL: Final = f"Điểm từ 0 đến {MAX_SCORE}, nhiều nhất một chữ số thập phân (ví dụ 8,5)"


def validation_of(cell: Cell, first: str) -> Options:
    """The check of one column; `first` is the address of its first cell, which a formula is written for."""
    return {"error_title": _TITLE, **_CHECKS[cell.kind](cell.scale, first)}


def _level(scale: Scale, _: str) -> Options:
    codes = [choice.value for choice in scale.choices]
    return {
        "validate": "list",
        "source": codes,
        "input_title": "Mức đạt được",
        "input_message": "\n".join(f"{choice}: {choice.label}" for choice in scale.choices),
        "error_message": f"Chỉ nhận {', '.join(codes)}; hãy chọn trong danh sách.",
    }


def _score(scale: Scale, first: str) -> Options:
    """A text is never compared with a number: for spreadsheets every text is greater than 10."""
    whole = f"AND({first}>=0,{first}<={MAX_SCORE},ROUND({first},{scale.decimals})={first})"
    rule = _ONE_DECIMAL if scale.decimals else f"Điểm là số nguyên từ 0 đến {MAX_SCORE}"
    message = f"{rule}; ghi {EXEMPT} nếu được miễn." if scale.may_exempt else f"{rule}."
    otherwise = f'{first}="{EXEMPT}"' if scale.may_exempt else "FALSE"
    return {
        "validate": "custom",
        "value": f"=IF(ISNUMBER({first}),{whole},{otherwise})",
        "input_title": "Điểm",
        "input_message": message,
        "error_message": message,
    }


def _comment(scale: Scale, _: str) -> Options:
    return {
        "validate": "length",
        "criteria": "<=",
        "value": scale.limit,
        "error_message": f"Nhận xét dài quá {scale.limit} ký tự; hãy viết ngắn lại.",
    }


_CHECKS: Final = {CellKind.LEVEL: _level, CellKind.SCORE: _score, CellKind.COMMENT: _comment}
