"""Who asks for the pages of the big school, and for which class, paper or order: the heaviest for each duty."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.parts.school import BigSchool, Standing
from bench.parts.teachers import Teacher, sign_in, teachers_of
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.duties import Duty
from storage.tables import Document, SigningBatch, SigningOrder
from tests.api.matrix import PLAIN
from tests.factories import OpenBook
from tests.storage.papers import make_order, prepare


class _Known(dict[str, str]):
    def __missing__(self, _name: str) -> str:
        return str(UUID(int=0))


@dataclass(frozen=True)
class Asker:
    """Somebody with a duty: the cookie, what stands for the parameters of addresses, and what follows some of them."""

    cookie: str
    values: Mapping[str, str]
    queries: Mapping[str, str]

    def address(self, path: str) -> str:
        """Of what this school has none, nobody's is asked for, and not found: such pages are not measured."""
        return path.format_map(_Known(self.values)) + self.queries.get(path, "")


@dataclass(frozen=True)
class Cast:
    """Everybody who asks, and how large the school is; kept with a state folder that is measured again."""

    askers: dict[str, Asker]
    teachers: list[Teacher]
    pupils: int

    def keep(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def kept(cls, path: Path) -> Self:
        found = json.loads(path.read_text(encoding="utf-8"))
        askers = {duty: Asker(**each) for duty, each in found["askers"].items()}
        return cls(askers, [Teacher(**each) for each in found["teachers"]], found["pupils"])


def cast_of(session: Session, big: BigSchool, teachers: int) -> Cast:
    at = {standing: big.at(standing) for standing in Standing}
    batch, order = _batch(session, big)
    of_principal = {"batch_id": str(batch.id), "order_id": str(order.id)}
    submitted = at[Standing.SUBMITTED]
    people = {
        Duty.PRINCIPAL: (big.school.principal, at[Standing.YEAR_AT_PRINCIPAL], of_principal),
        Duty.CLERK: (big.school.clerk, at[Standing.YEAR_ISSUED], {}),
        Duty.ADMIN: (big.admin, at[Standing.REVIEWED], {}),
        Duty.HOMEROOM: (submitted.cast.homeroom, submitted, {}),
        Duty.SUBJECT_TEACHER: (big.music, at[Standing.AT_ENTRY], {"slot": "am_nhac"}),
    }
    queries = {"/ky/chuan-bi": _wished(big)}
    askers = {
        duty.value: Asker(sign_in(session, staff_id), _values(session, book) | more, queries)
        for duty, (staff_id, book, more) in people.items()
    }
    pupils = sum(len(book.records) for _, book in big.books)
    return Cast(askers, teachers_of(session, [book for _, book in big.books], teachers), pupils)


def _values(session: Session, book: OpenBook) -> dict[str, str]:
    document = session.scalars(select(Document.id).where(Document.class_term_id == book.id)).first()
    ids: dict[str, UUID | str] = {
        "class_term_id": book.id,
        "class_id": book.cast.class_id,
        "record_id": book.records[len(book.records) // 2],
        "staff_id": book.cast.homeroom,
        "document_id": document or uuid4(),
    }
    return PLAIN | {name: str(each) for name, each in ids.items()}


def _waiting(big: BigSchool) -> list[OpenBook]:
    places = {Standing.AT_PRINCIPAL, Standing.YEAR_AT_PRINCIPAL}
    return [book for standing, book in big.books if standing in places]


def _wished(big: BigSchool) -> str:
    return "?viec=approve&slot=principal" + "".join(f"&lop={book.id}" for book in _waiting(big))


def _batch(session: Session, big: BigSchool) -> tuple[SigningBatch, SigningOrder]:
    """Half of what waits for the principal, prepared to be confirmed together."""
    books = _waiting(big)[::2]
    asked: list[list[object]] = [[str(book.id), [PRINCIPAL], []] for book in books]
    batch = SigningBatch(id=uuid4(), staff_id=big.school.principal, action="approve", asked=asked)
    session.add(batch)
    session.flush()
    found = []
    for book in books:
        order = make_order(book, Action.APPROVE, PRINCIPAL)
        prepare(book, order)
        order.batch_id = batch.id
        found.append(order)
    session.flush()
    return batch, found[0]
