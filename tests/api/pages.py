"""What tests of pages say of forms and answers."""

from uuid import uuid4

from httpx import AsyncClient, Response

from api.deps import today


def words(answer: Response, status: int = 200) -> str:
    """The page as a reader sees its words: spaces and line ends are one."""
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def reads(client: AsyncClient, path: str, status: int = 200) -> str:
    return words(await client.get(path), status)


def change(**more: str) -> dict[str, str]:
    """A form by which something goes to somebody else from today on."""
    return {"command_id": str(uuid4()), "tu": today().isoformat(), "reason": "Nghỉ thai sản"} | more
