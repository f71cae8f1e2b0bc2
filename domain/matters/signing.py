"""When a signature in the paper of a matter may be taken, and what signing a field of it is."""

from collections.abc import Collection

from domain.decisions import Action, Decision
from domain.documents import SignatureField
from domain.errors import Conflict

_ACTIONS = {SignatureField.PRINCIPAL.value: Action.APPROVE, SignatureField.SEAL.value: Action.SEAL}
SIGNED = "Phần này của văn bản đã được ký."
NOT_AWAITED = "Văn bản này không chờ chữ ký của thầy/cô ở phần này."
# What fails when somebody else's signature came between the preparation and the confirmation.
OVERTAKEN = ("Overtaken", "Văn bản vừa có người khác ký; hãy xem lại và ký lại.")
OUTDATED = ("Outdated", "Văn bản này vừa được lập lại; hãy xem lại và ký lại.")
NOTHING_SIGNED = "Chưa ký được văn bản. Hãy xem lại và ký lại."


def action_of(field: str) -> Action:
    """What signing a field is: the school's head approves, the clerk seals, everybody else signs."""
    return _ACTIONS.get(field, Action.SIGN)


def require_awaited(
    decision: Decision, action: Action, matter_id: str, awaited: Collection[str], signed: Collection[str]
) -> None:
    """Raises Conflict unless the matter waits for just this signature now."""
    if decision.action is not action or decision.matter_id != matter_id or action_of(decision.slot) is not action:
        raise Conflict("Lệnh không đúng loại.")
    if decision.slot in signed:
        raise Conflict(SIGNED, decision.record_ids)
    if decision.slot not in awaited:
        raise Conflict(NOT_AWAITED, decision.record_ids)
