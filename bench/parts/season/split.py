"""What the work on one record's paper consists of, measured in one process with the worker's own functions."""

from typing import TypeVar

from signing.mechanisms import Mechanism

Result = TypeVar("Result")
MECHANISM = Mechanism.RSA_PKCS1
