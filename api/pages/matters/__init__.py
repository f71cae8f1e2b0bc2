"""The room of matters: where their papers are read and signed."""

from api.pages.matters import paper, signing
from api.routers import joined

router = joined(paper, signing)
