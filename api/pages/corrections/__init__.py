"""The rooms of corrections: parts that are unlocked, records that are recalled, pages that say whose a book is."""

from api.pages.corrections import identities, pupils, recalling, unlocking
from api.routers import joined

router = joined(unlocking, recalling, identities, pupils)
