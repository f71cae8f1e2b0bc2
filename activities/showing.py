"""A record as people look at it: the bytes that were signed, or a draft of them; whole, or page by page as pictures."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from documents.cover import Cover, cover_sheet
from documents.render import Renderer
from domain.errors import DomainError, NotFound
from signing.errors import Unreadable
from signing.page_pictures import DAMAGED, joined, page_count, page_picture
from storage import orders, showing
from storage.matters import papers
from storage.objects import ObjectDamaged, ObjectMissing, Objects
from storage.showing import ShownPaper
from storage.tables import SigningOrder

MOST_PAGES: Final = 20  # of one look; the summary of a large class has four


@dataclass(frozen=True)
class Shown:
    """What there is to look at; `paper` is None for a draft."""

    paper: ShownPaper | None
    pdf: bytes

    def picture(self, number: int) -> bytes | None:
        """A page, from 1, as a WebP picture; None if there is no such page."""
        return page_picture(self.pdf, number - 1)


@dataclass(frozen=True)
class Look:
    """The same without its bytes; `obstacle` says why there is nothing to look at yet."""

    paper: ShownPaper | None
    pages: int
    obstacle: str = ""


def look_at(show: Callable[[], Shown]) -> Look:
    """What a page says of a paper before its pictures come."""
    try:
        shown = show()
        pages = page_count(shown.pdf)
    except DomainError as reason:
        return Look(None, 0, reason.message)
    return Look(shown.paper, min(pages, MOST_PAGES))


class Showing:
    """Drafts are written by one thread of their own: it keeps Typst's compiler, and a page pair takes it milliseconds.

    No pool of processes is asked: whoever looks does not wait for those who sign, nor they for him.
    """

    def __init__(self, objects: Objects, verify_url: str) -> None:
        self._objects = objects
        self._renderer = Renderer(verify_url)
        self._writer = ThreadPoolExecutor(1, "drafts")
        self.verify_url = verify_url

    def record(self, session: Session, record_id: UUID, own: Collection[str], at: datetime) -> Shown:
        """A pupil's newest signed paper or a draft; `own` are the asking person's slots, whose entries count as drafts.

        Raises Incomplete, Invalid or NotAllowed where nothing can be written yet, Unreadable for a damaged file.
        """
        paper = showing.signed_paper(session, record_id)
        if paper is not None:
            return Shown(paper, self._object(paper.sha256))
        content = showing.draft_content(session, record_id, own, at)
        return Shown(None, self._writer.submit(self._renderer.draft, content).result())

    def matter(self, session: Session, matter_id: UUID, at: datetime) -> Shown:
        """The paper of a matter as far as it is signed, or a draft; raises as `record` does."""
        paper = papers.shown(session, matter_id)
        if paper is not None:
            return Shown(paper, self._object(paper.sha256))
        content = papers.draft(session, matter_id, at)
        return Shown(None, self._writer.submit(self._renderer.draft, content).result())

    def prepared(self, session: Session, order: SigningOrder) -> Shown:
        """The paper of an order just as it will be signed. Raises NotFound before it is prepared."""
        item = next((each for each in orders.items(session, order.id) if each.prepared_sha256), None)
        if item is None:
            raise NotFound("Văn bản chưa được chuẩn bị.")
        try:
            return Shown(None, self._objects.prepared.get(item.prepared_sha256))
        except ObjectMissing as error:
            raise NotFound("Bản chuẩn bị để ký không còn được giữ; hãy xem văn bản đã ký.") from error
        except ObjectDamaged as error:
            raise Unreadable(DAMAGED) from error

    def look(self, session: Session, record_id: UUID, own: Collection[str], at: datetime) -> Look:
        return look_at(lambda: self.record(session, record_id, own, at))

    def to_print(self, cover: Cover, hashes: Sequence[str]) -> bytes:
        """These papers in one file, behind a sheet that says that it is for paper only."""
        first = self._writer.submit(cover_sheet, cover).result()
        return joined([first, *map(self._object, hashes)])

    def _object(self, sha256: str) -> bytes:
        try:
            return self._objects.get(sha256)
        except (ObjectMissing, ObjectDamaged) as error:
            raise Unreadable(DAMAGED) from error
