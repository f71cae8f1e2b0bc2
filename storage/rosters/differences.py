"""What changed between a comparison that somebody saw and one made now, in words."""

from collections.abc import Iterator

from storage.rosters.shapes import ClassEffect, Comparison, PupilEffect

_NAMED = 5


def differences(seen: Comparison, now: Comparison) -> str:
    """Name the pupils whose data has changed, the first few of them; "" if all is as it was."""
    found = list(_all(seen, now))
    count, named = len(found) - _NAMED, "; ".join(found[:_NAMED])
    return f"{named} và {count} chỗ khác" if count > 0 else named


def _all(seen: Comparison, now: Comparison) -> Iterator[str]:
    for before, after in zip(seen.classes, now.classes, strict=True):
        yield from _in_class(before, after)
    for clash in now.clashes:
        if clash not in seen.clashes:
            yield f"mã học sinh {clash.pupil_code}: {clash.message.removesuffix('.')}"


def _in_class(before: ClassEffect, after: ClassEffect) -> Iterator[str]:
    if (before.is_new, before.has_book) != (after.is_new, after.has_book):
        yield f"lớp {after.name} vừa được mở sổ" if after.has_book else f"lớp {after.name} vừa được tạo"
    for member in sorted(set(before.missing) ^ set(after.missing), key=lambda each: each.pupil_code):
        yield f"lớp {after.name}: {member.full_name}"
    known = {pupil.pupil_code: pupil for pupil in after.pupils}
    for pupil in before.pupils:
        fresh = known.get(pupil.pupil_code)
        if fresh is not None and fresh != pupil:
            yield f"lớp {after.name}: {pupil.full_name}{_fields(pupil, fresh)}"


def _fields(before: PupilEffect, after: PupilEffect) -> str:
    fields = {change.field for change in set(before.changes) ^ set(after.changes)}
    return f" ({', '.join(sorted(field.label for field in fields))})" if fields else ""
