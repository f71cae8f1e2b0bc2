"""Getting in and out: the door, single sign-on, links of letters, language and theme."""

from api.pages.entrance import front, links, signing_in, single_sign_on
from api.routers import joined

router = joined(front, signing_in, single_sign_on, links)
