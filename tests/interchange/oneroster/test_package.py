"""Packages as wholes: manifest, encodings, CSV, ids and references; every fault by file, line and column."""

import pytest

from interchange.oneroster.package import read_package
from interchange.sheets import Severity
from tests.interchange.oneroster.drafts import Draft
from tests.interchange.workbooks import packed

NO_CSV = "Dòng không đúng dạng CSV (RFC 4180): kiểm tra dấu ngoặc kép và dấu phẩy."


def sentences(data: bytes, severity: Severity = Severity.ERROR) -> list[str]:
    return [str(problem) for problem in read_package(data).problems if problem.severity is severity]


def replaced(file: str, old: bytes, new: bytes) -> bytes:
    files = Draft.of().files()
    assert old in files[file]
    return packed({**files, file: files[file].replace(old, new, 1)})


def test_the_lines_keep_their_place_in_the_file() -> None:
    package = read_package(Draft.of().zip())
    assert [record.line for record in package.tables["orgs"]] == [2, 3, 4]
    assert package.tables["orgs"][2].ours("province") == "TP. Mẫu"
    assert package.unknown == ()


def test_a_package_without_a_manifest_is_refused() -> None:
    files = Draft.of().files()
    del files["manifest.csv"]
    assert "manifest.csv: Gói thiếu tệp này." in sentences(packed(files))


@pytest.mark.parametrize(
    ("property_name", "value", "sentence"),
    [
        ("oneroster.version", "1.1", "dòng 3, cột value: oneroster.version là “1.1”; chỉ nhận 1.2."),
        ("manifest.version", "2.0", "dòng 2, cột value: manifest.version là “2.0”; chỉ nhận 1.0."),
        ("file.orgs", "delta", "dòng 15, cột value: orgs.csv là bản thay đổi (delta); chỉ nhận bản đầy đủ (bulk)."),
        (
            "file.results",
            "delta",
            "dòng 18, cột value: results.csv là bản thay đổi (delta); chỉ nhận bản đầy đủ (bulk).",
        ),
        ("file.orgs", "BULK", "dòng 15, cột value: “BULK” không phải là cách gửi tệp; chỉ nhận absent hoặc bulk."),
        ("file.results", "bulk", "dòng 18, cột value: Khai là có nhưng trong gói không có tệp results.csv."),
        ("file.orgs", "absent", "dòng 15, cột value: Khai là không có nhưng trong gói có tệp orgs.csv."),
    ],
)
def test_the_manifest_must_be_that_of_a_bulk_package(property_name: str, value: str, sentence: str) -> None:
    draft = Draft.of()
    draft.set("manifest", draft.find("manifest", propertyName=property_name), value=value)
    assert sentences(draft.zip()) == [f"manifest.csv, {sentence}"]


@pytest.mark.parametrize("property_name", ["oneroster.version", "manifest.version", "file.orgs", "file.userProfiles"])
def test_a_property_that_the_manifest_lacks_is_named(property_name: str) -> None:
    draft = Draft.of()
    draft.drop("manifest", draft.find("manifest", propertyName=property_name))
    assert f"manifest.csv, cột propertyName: Thiếu dòng “{property_name}”." in sentences(draft.zip())


def test_a_property_is_told_once_and_known() -> None:
    draft = Draft.of().add("manifest", propertyName="file.orgs", value="delta").add("manifest", propertyName="x.y")
    assert sentences(draft.zip()) == ["manifest.csv, dòng 26, cột propertyName: “file.orgs” đã có ở dòng 15."]
    [note] = sentences(draft.zip(), Severity.REVIEW)
    assert note.startswith("manifest.csv, dòng 27, cột propertyName: “x.y” không có trong đặc tả")


def test_a_file_that_is_needed_cannot_be_absent() -> None:
    files = Draft.of().declare("courses", "absent").files()
    del files["courses.csv"]
    assert sentences(packed(files)) == ["manifest.csv, dòng 8, cột value: hocba cần tệp courses.csv."]


def test_a_file_of_people_that_is_absent_has_no_lines() -> None:
    files = Draft.of().declare("demographics", "absent").files()
    del files["demographics.csv"]
    package = read_package(packed(files))
    assert (package.tables["demographics"], package.problems) == ((), ())


def test_a_file_without_lines_is_noted() -> None:
    files = Draft.of().files()
    heading = files["demographics.csv"].splitlines(keepends=True)[0]
    data = packed({**files, "demographics.csv": heading})
    assert sentences(data) == []
    assert sentences(data, Severity.REVIEW) == [
        "demographics.csv: Tệp chỉ có dòng tiêu đề; tệp như vậy phải khai là absent và để ngoài gói."
    ]


def test_other_files_are_listed_and_not_read() -> None:
    files = Draft.of().declare("results", "bulk").files()
    package = read_package(packed({**files, "results.csv": b"\xff", "doc.txt": b""}))
    assert package.unknown == ("doc.txt", "results.csv")
    assert [str(each) for each in package.problems] == [
        "doc.txt: hocba không dùng tệp này; đã bỏ qua.", "results.csv: hocba không dùng tệp này; đã bỏ qua.",
    ]  # fmt: skip


def test_a_byte_order_mark_and_other_line_ends_do_not_matter() -> None:
    files = {
        name: b"\xef\xbb\xbf" + data.replace(b"\r\n", b"\n") + b"\n\n" for name, data in Draft.of().files().items()
    }
    assert read_package(packed(files)) == read_package(Draft.of().zip())


def test_the_order_of_columns_does_not_matter() -> None:
    draft = Draft.of()
    for file, table in draft.tables.items():
        draft.tables[file] = [dict(reversed(line.items())) for line in table]
    assert read_package(draft.zip()) == read_package(Draft.of().zip())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Phường Mẫu".encode(), "Phường Mẫu".encode("utf-16"), "orgs.csv, dòng 3: Tệp không lưu bằng bảng mã UTF-8."),
        (b"state", b"sta\x00te", "orgs.csv, dòng 2: Có ký tự điều khiển không hợp lệ."),
        (b"state", b'sta"te', ""),
        (b",state", b',"state', f"orgs.csv, dòng 2: {NO_CSV}"),
        (b",state", b"", "orgs.csv, dòng 2: Dòng có 9 ô, dòng tiêu đề có 10 cột."),
        (b",type", b",name", "orgs.csv, dòng 1, cột name: Cột này xuất hiện hai lần."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(old: bytes, new: bytes, sentence: str) -> None:
    found = sentences(replaced("orgs.csv", old, new))
    assert sentence in found if sentence else found


def test_an_empty_file_is_refused() -> None:
    assert "users.csv: Tệp trống, không có dòng tiêu đề." in sentences(packed({**Draft.of().files(), "users.csv": b""}))


def test_a_column_of_nobody_is_noted_and_one_of_somebody_is_not() -> None:
    draft = Draft.of().set("orgs", 0, website="x").set("orgs", 0, **{"metadata.other.note": "x"})
    noted = "orgs.csv, dòng 1, cột website: Cột không có trong đặc tả OneRoster 1.2.1; đã bỏ qua."
    assert sentences(draft.zip(), Severity.REVIEW) == [noted]
    assert read_package(draft.zip()).tables["orgs"][0].metadata["metadata.other.note"] == "x"


def test_an_id_twice_is_refused() -> None:
    draft = Draft.of().add("orgs")
    same = draft.tables["orgs"][2]["sourcedId"]
    assert sentences(draft.zip()) == [f"orgs.csv, dòng 5, cột sourcedId: Mã “{same}” đã có ở dòng 4."]


def test_status_is_blank_in_bulk_mode() -> None:
    draft = Draft.of().set("orgs", 1, status="active").set("orgs", 2, dateLastModified="2026-09-01T00:00:00Z")
    assert sentences(draft.zip()) == []
    [note] = sentences(draft.zip(), Severity.REVIEW)
    assert note.startswith("orgs.csv, dòng 3, cột status: ")
    assert sentences(draft.set("orgs", 0, status="tobedeleted").zip()) == [
        "orgs.csv, dòng 2, cột status: Dòng đánh dấu xoá chỉ có nghĩa ở chế độ delta; hãy bỏ dòng này."
    ]


@pytest.mark.parametrize(
    ("file", "column", "target"),
    [
        ("orgs", "parentSourcedId", "orgs"),
        ("academicSessions", "parentSourcedId", "academicSessions"),
        ("courses", "orgSourcedId", "orgs"),
        ("courses", "schoolYearSourcedId", "academicSessions"),
        ("classes", "courseSourcedId", "courses"),
        ("classes", "schoolSourcedId", "orgs"),
        ("users", "agentSourcedIds", "users"),
        ("users", "primaryOrgSourcedId", "orgs"),
        ("roles", "userSourcedId", "users"),
        ("roles", "orgSourcedId", "orgs"),
        ("demographics", "sourcedId", "users"),
        ("enrollments", "classSourcedId", "classes"),
        ("enrollments", "schoolSourcedId", "orgs"),
        ("enrollments", "userSourcedId", "users"),
    ],
)
def test_what_refers_to_nothing_is_refused(file: str, column: str, target: str) -> None:
    found = sentences(Draft.of().set(file, 1, **{column: "nobody"}).zip())
    assert found == [f"{file}.csv, dòng 3, cột {column}: Tệp {target}.csv không có mã “nobody”."]


def test_each_item_of_a_list_is_looked_up() -> None:
    draft = Draft.of()
    draft.set("classes", 0, termSourcedIds=f"{draft.tables['classes'][0]['termSourcedIds']}, gone")
    assert sentences(draft.zip()) == [
        "classes.csv, dòng 2, cột termSourcedIds: Tệp academicSessions.csv không có mã “gone”."
    ]


def test_a_line_is_counted_from_where_it_begins() -> None:
    draft = Draft.of().set("orgs", 0, name="Sở\nMẫu").set("orgs", 1, type="?")
    assert sentences(draft.zip())[0].startswith("orgs.csv, dòng 4, cột type: Giá trị “?” không thuộc danh mục")


def test_a_cell_as_long_as_a_book_is_quoted_in_part() -> None:
    [problem] = sentences(Draft.of().set("orgs", 0, type="x" * 5000).zip())
    assert len(problem) < 400
