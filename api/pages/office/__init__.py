"""The managing authority's rooms: the season from above, its schools, plans, extensions and single cases."""

from api.pages.office import radar, schools, series
from api.routers import joined

router = joined(radar, schools, series)
