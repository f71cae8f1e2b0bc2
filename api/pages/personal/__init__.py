"""Duties to personal data: what families consented to, and everything on one pupil taken along."""

from api.pages.personal import consents, export
from api.routers import joined

router = joined(consents, export)
