"""A port of a test's own, however many tests run beside it."""

import socket

from config.settings import LOOPBACK


def hold_port() -> socket.socket:
    """A port that the system gives to nobody else until this socket is closed.

    It does not listen: a server of the test may, once or again and again, and between two of them visitors are refused.
    """
    held = socket.socket()
    # Two sockets share a port if both ask for it and at most one of them listens, as servers do.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((LOOPBACK, 0))
    return held


def port_of(held: socket.socket) -> int:
    port: int = held.getsockname()[1]
    return port
