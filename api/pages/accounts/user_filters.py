"""What the list of users is narrowed to, as it stands in the address."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel

from api.pages.choices import query_string
from storage.users import UserLine


class Filters(BaseModel):
    """What the list is narrowed to, as it stands in the address."""

    state: str = ""
    duty: str = ""
    code: str = ""

    def keeps(self, line: UserLine) -> bool:
        return (
            (not self.state or line.state == self.state)
            and (not self.duty or self.duty in line.person.duties)
            and (not self.code or self._keeps_code(line))
        )

    def _keeps_code(self, line: UserLine) -> bool:
        return line.lacks_second_factor if self.code == "need" else (self.code == "yes") == line.has_second_factor

    @property
    def query(self) -> str:
        return query_string({"trang-thai": self.state, "vai-tro": self.duty, "xac-thuc": self.code})

    @property
    def is_empty(self) -> bool:
        return not (self.state or self.duty or self.code)


def is_named(line: UserLine, words: str) -> bool:
    """Whether every word is in the name or the login."""
    name = f"{line.person.full_name} {line.login}".casefold()
    return all(word in name for word in words.casefold().split())


async def filters(
    state: Annotated[str, Query(alias="trang-thai")] = "",
    duty: Annotated[str, Query(alias="vai-tro")] = "",
    code: Annotated[str, Query(alias="xac-thuc")] = "",
) -> Filters:
    return Filters(state=state, duty=duty, code=code)


FiltersDep = Annotated[Filters, Depends(filters)]
