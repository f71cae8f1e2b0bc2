"""Tables, queries and migrations; functions take a session and give domain dataclasses."""
