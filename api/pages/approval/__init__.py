"""The principal's room: the queue of classes, one class with its pupils, and what is decided there."""

from api.pages.approval import acts, room
from api.routers import joined

router = joined(room, acts)
