"""The clerk's room: the seal and the register."""

from api.pages.clerk import register, sealing
from api.routers import joined

router = joined(register, sealing)
