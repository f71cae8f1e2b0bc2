"""The room of extracts: one of them with its steps, and the forms in which the clerk copies year after year."""

from api.pages.extracts import entering, files, showing
from api.routers import joined

router = joined(showing, entering, files)
