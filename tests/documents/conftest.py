"""One renderer for all document tests: it holds nothing but fonts and parsed templates."""

import pytest

from documents.render import Renderer


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer("https://tracuu.example.edu.vn/")
