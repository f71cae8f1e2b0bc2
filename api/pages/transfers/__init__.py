"""The room of transfers: a list, a form for the clerk, and one transfer with what each may do about it."""

from api.pages.transfers import acting, asking, listing, showing
from api.routers import joined

router = joined(listing, asking, showing, acting)
