"""PostgreSQL, Temporal, the workers and the API of one state folder, started in order and stopped in reverse."""
