"""The papers' typeface: made ready from its package, and what Typst sets with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont

from documents.fonts import FOLDER, typefaces
from documents.render import Renderer
from documents.typeface import FILES, PACKAGE, make_ready
from tests.documents.reading import page_texts
from tests.documents.samples import year_record

SET = b'#set text(font: ("Hocba Serif", "Libertinus Serif"))\nNguy\xe1\xbb\x85n'


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typeface") / "fonts"
    make_ready(folder=folder)
    return folder


@pytest.fixture(params=FILES)
def pair(ready: Path, request: pytest.FixtureRequest) -> Iterator[tuple[TTFont, TTFont]]:
    """A face as it comes, and as it was made ready."""
    with TTFont(next(PACKAGE.rglob(request.param))) as before, TTFont(ready / request.param) as after:
        yield before, after


def test_a_face_has_the_same_letters_of_the_same_widths(pair: tuple[TTFont, TTFont]) -> None:
    before, after = pair
    assert before.getBestCmap() == after.getBestCmap()
    assert before["hmtx"].metrics == after["hmtx"].metrics
    assert before["GPOS"].compile(before) == after["GPOS"].compile(after)


def test_a_face_has_the_same_shapes_and_no_instructions(pair: tuple[TTFont, TTFont]) -> None:
    before, after = pair
    assert "fpgm" in before
    assert {"fpgm", "prep", "cvt ", "gasp"}.isdisjoint(after.keys())
    for name in ("A", "ecircumflex", "uni1EBF", "one"):
        old, new = before["glyf"][name], after["glyf"][name]
        assert old.getCoordinates(before["glyf"]) == new.getCoordinates(after["glyf"])
        assert not getattr(new, "program", None)


def test_a_face_has_a_name_of_its_own(pair: tuple[TTFont, TTFont]) -> None:
    _, after = pair
    assert after["name"].getBestFamilyName() == "Hocba Serif"
    assert not any("Libertinus" in str(each) for each in after["name"].names if each.nameID in {1, 4, 6, 16})


def test_what_is_made_ready_twice_is_the_same(ready: Path) -> None:
    before = {path.name: path.read_bytes() for path in ready.iterdir()}
    make_ready(folder=ready)
    assert {path.name: path.read_bytes() for path in ready.iterdir()} == before
    assert before.keys() == set(FILES)


def test_without_the_package_what_is_there_stays(ready: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make_ready(tmp_path / "missing", ready)
    assert {path.name for path in ready.iterdir()} == set(FILES)


def test_papers_are_set_in_it(renderer: Renderer) -> None:
    assert {path.name for path in FOLDER.glob("*.ttf")} == set(FILES)
    rendered = renderer.draft(year_record())
    assert rendered.count(b"+HocbaSerif-") >= 2
    assert b"FontFile3" not in rendered
    assert b"FontFile2" in rendered


@pytest.mark.parametrize(("folder", "name"), [(FOLDER, b"HocbaSerif"), (Path("/missing"), b"LibertinusSerif")])
def test_typst_sets_with_its_own_face_where_ours_is_missing(folder: Path, name: bytes) -> None:
    compiler = typst.Compiler(font_paths=typefaces(folder), ignore_system_fonts=True)
    pdf = compiler.compile(SET, format="pdf")
    assert isinstance(pdf, bytes)
    assert name in pdf
    assert "Nguyễn" in page_texts(pdf)[0]
