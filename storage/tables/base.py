"""What all tables share: naming of constraints, UUID keys, aware times."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, DateTime, MetaData, Uuid, func
from sqlalchemy.orm import DeclarativeBase, mapped_column

SHA256 = "~ '^[0-9a-f]{64}$'"
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ex": "ex_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), UUID: Uuid()}


Key = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Now = Annotated[datetime, mapped_column(server_default=func.now())]


def one_of(column: str, values: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """A CHECK that `column` holds one of the given codes."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


# Decision 19/2025/QĐ-TTg: two digits for a province, five for a commune; empty where the code is not known.
PROVINCE_CODE = "~ '^([0-9]{2})?$'"
COMMUNE_CODE = "~ '^([0-9]{5})?$'"
Text = Annotated[str, mapped_column(server_default="")]


def place_codes(*prefixes: str) -> CheckConstraint:
    """A CHECK of the codes of province and commune in the columns named with these prefixes."""
    parts = (f"{each}province_code {PROVINCE_CODE} AND {each}commune_code {COMMUNE_CODE}" for each in prefixes)
    return CheckConstraint(" AND ".join(parts), name="place_codes")
