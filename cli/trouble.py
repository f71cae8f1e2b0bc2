"""Troubles an operator can do something about: one clear sentence each, no traceback."""


class Trouble(Exception):
    """Something outside hocba is in the way; the message is one sentence that says what and what to do."""
