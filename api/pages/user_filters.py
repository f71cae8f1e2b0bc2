"""What the list of users is narrowed to, as it stands in the address."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel

from storage.users import UserLine


class Filters(BaseModel):
    """What the list is narrowed to, as it stands in the address."""

    state: str = ""
    duty: str = ""
    code: str = ""
    q: str = ""

    def keeps(self, line: UserLine) -> bool:
        words = self.q.casefold().split()
        name = f"{line.person.full_name} {line.login}".casefold()
        return (
            (not self.state or line.state == self.state)
            and (not self.duty or self.duty in line.person.duties)
            and (not self.code or (self.code == "yes") == line.has_second_factor)
            and all(word in name for word in words)
        )

    @property
    def is_empty(self) -> bool:
        return not (self.state or self.duty or self.code or self.q)


async def filters(
    state: Annotated[str, Query(alias="trang-thai")] = "",
    duty: Annotated[str, Query(alias="vai-tro")] = "",
    code: Annotated[str, Query(alias="xac-thuc")] = "",
    q: str = "",
) -> Filters:
    return Filters(state=state, duty=duty, code=code, q=q)


FiltersDep = Annotated[Filters, Depends(filters)]
