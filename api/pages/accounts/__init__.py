"""Accounts: one's own with its second factor, those of the school, and keys for systems."""

from api.pages.accounts import access_keys, own, second_factor, users
from api.routers import joined

router = joined(own, second_factor, access_keys, users)
