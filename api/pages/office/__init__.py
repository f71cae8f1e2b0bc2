"""The managing authority's rooms: the season from above, its schools, plans, extensions and single cases."""

from api.pages.office import campaigns, cases, extension, plans, radar, schools, series
from api.routers import joined

router = joined(radar, schools, series, plans, campaigns, extension, cases)
