"""Records and classes as they are read: a class's page, a record's preview, and what happened."""

from api.pages.records import chains, class_page, previews, stories, taken
from api.routers import joined

router = joined(chains, class_page, previews, stories, taken)
