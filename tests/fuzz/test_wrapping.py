"""Signed XML taken apart and put together otherwise (signature wrapping): what verifies is what was signed."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from signing.xades_verifier import verify_xml
from tests.fuzz.answers import HOUR, packet_of
from tests.fuzz.damage import looked_at
from tests.signing.verification.world import SIGNED, World, make_world
from tests.signing.xml_samples import packet_root

MOST_MOVES = 4
FORGED = "Trường Giả"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def signed(world: World) -> bytes:
    return packet_of(world)


def canonical(element: etree._Element) -> bytes:
    found: bytes = etree.tostring(element, method="c14n")
    return found


def chosen(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    return draw(st.sampled_from(list(root.iter(etree.Element))))


def copied(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    place = chosen(draw, root)
    place.insert(draw(st.integers(0, len(place))), deepcopy(chosen(draw, root)))
    return root


def moved(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    piece, place = chosen(draw, root), chosen(draw, root)
    if piece is not root and place not in set(piece.iter()):
        place.insert(draw(st.integers(0, len(place))), piece)
    return root


def forged(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    """A copy that says something else stands where the signed one is looked for."""
    other = deepcopy(chosen(draw, root))
    for leaf in other.iter(etree.Element):
        leaf.text = FORGED if len(leaf) == 0 and leaf.text else leaf.text
    chosen(draw, root).insert(0, other)
    return root


def wrapped(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    outside = etree.Element(chosen(draw, root).tag, {"Id": "x"})
    outside.append(root)
    return outside


def named(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    """What is signed is found by these names."""
    ids = ("", "x", "#x", *(each.get("Id", "") for each in root.iter(etree.Element)))
    chosen(draw, root).set(draw(st.sampled_from(("Id", "ID", "id", "URI"))), draw(st.sampled_from(ids)))
    return root


def said(draw: st.DrawFn, root: etree._Element) -> etree._Element:
    chosen(draw, root).text = FORGED
    return root


MOVES = tuple(map(st.composite, (copied, moved, forged, wrapped, named, said)))


@looked_at(150)
@given(data=st.data())
def test_what_verifies_is_what_was_signed(world: World, signed: bytes, data: st.DataObject) -> None:
    root = etree.fromstring(signed)
    for _ in range(data.draw(st.integers(1, MOST_MOVES))):
        root = data.draw(data.draw(st.sampled_from(MOVES))(root))
    found = verify_xml(etree.tostring(root), world.roots, at=SIGNED + HOUR)
    assert found.packet is None or canonical(found.packet) == canonical(packet_root())


def test_what_was_signed_verifies(world: World, signed: bytes) -> None:
    found = verify_xml(signed, world.roots, at=SIGNED + HOUR)
    assert canonical(found.packet) == canonical(packet_root())
