"""What the API server wrote down: who asked for what, with which preconditions, and what came of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

WRITES = frozenset({"delete", "deletecollection", "patch", "update"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to change or remove an object.

    Args:
        audit_id: its id.
        user: who asked.
        verb: what for.
        key: where the object is stored, such as ``configmaps/NAMESPACE/NAME``.
        received: when the server received it, in seconds since 1970.
        code: the status of its answer; 0 when it was not answered.
        uid: of the object, as the answer tells; empty when it does not.
        pinned_uid: the uid that was asked for; empty when none was.
        pinned_version: the resourceVersion that was asked for; empty when none was.
        version: the object's resourceVersion afterwards, as the answer tells; empty when it does not.
    """

    audit_id: str
    user: str
    verb: str
    key: str
    received: float
    code: int
    uid: str
    pinned_uid: str
    pinned_version: str
    version: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether it was carried out."""
        return 200 <= self.code < 300

    @property
    def read(self) -> bool:
        """Whether the server has read what was sent: whoever is turned away at the door is not."""
        turned_away = self.code in {0, 401, 403, 429} or self.code >= 500
        return bool(not turned_away or self.pinned_uid or self.pinned_version)

    @property
    def pinned(self) -> bool:
        """Whether it named the object and its state."""
        return bool(self.pinned_uid and self.pinned_version)


def read(lines: Iterable[str | bytes]) -> list[Asked]:
    """The writes of an audit log; of a request that was received and not answered, what is known of it."""
    found: dict[str, Asked] = {}
    for line in lines:
        event = json.loads(line)
        if event["verb"] not in WRITES or "objectRef" not in event:
            continue
        if event["stage"] == "RequestReceived":
            found.setdefault(event["auditID"] + event["requestReceivedTimestamp"], _asked(event, 0))
        else:
            code = int((event.get("responseStatus") or {}).get("code", 0))
            found[event["auditID"] + event["requestReceivedTimestamp"]] = _asked(event, code)
    return list(found.values())


def _asked(event: dict[str, Any], code: int) -> Asked:
    reference = event["objectRef"]
    group = reference.get("apiGroup", "")
    group = f"{group}/" if "." in group else ""  # etcd has those of Kubernetes' own groups without theirs
    place = [reference["resource"], reference.get("namespace", ""), reference.get("name", "")]
    sent = event.get("requestObject") or {}
    pins = sent.get("preconditions") if event["verb"].startswith("delete") else sent.get("metadata")
    answered = event.get("responseObject") or {}
    status = event.get("responseStatus") or {}
    uid = (answered.get("metadata") or {}).get("uid") or ((status.get("details") or {}).get("uid"))
    return Asked(
        audit_id=event["auditID"],
        user=event["user"]["username"],
        verb=event["verb"],
        key=group + "/".join(part for part in place if part),
        received=dt.datetime.fromisoformat(event["requestReceivedTimestamp"]).timestamp(),
        code=code,
        uid=uid or "",
        pinned_uid=(pins or {}).get("uid") or "",
        pinned_version=(pins or {}).get("resourceVersion") or "",
        version=(answered.get("metadata") or {}).get("resourceVersion") or "",
    )
