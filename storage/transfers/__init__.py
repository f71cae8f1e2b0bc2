"""Transfers in the database: requests, steps, the books they touch, and what pages show of them."""
