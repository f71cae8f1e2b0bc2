"""The principal's room: the queue of classes, one class with its pupils, and what is decided there."""

from api.pages.approval import acts, room, taken
from api.routers import joined

router = joined(room, taken, acts)
