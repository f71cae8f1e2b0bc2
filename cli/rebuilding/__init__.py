"""What is under way by the database is begun again in a Temporal that does not know of it."""
