"""What reports of tests are about: a school, and pupils without names of their own."""

from domain.documents import SchoolContent
from domain.reports.year_lists import YearLine, YearList, YearVerdict

SCHOOL = SchoolContent("79766999", "Trường Mẫu", "Phường Tân Bình", "", "TP.HCM", "UBND phường Tân Bình", "TP.HCM")


def line(number: int, which: YearList, title: str = "") -> YearLine:
    verdict = YearVerdict(which, f"Kết quả {number}", f"Lý do {number}", title)
    return YearLine(f"79{number:08}", f"Học sinh {number}", "2020-05-03", verdict)
