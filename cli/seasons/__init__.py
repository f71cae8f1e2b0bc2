"""A simulated season through the real workflows: its city in the database, its acts, and what came of them."""
