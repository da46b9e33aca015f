"""What a server is known to do by its version, where nothing else says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.answers import failure

if TYPE_CHECKING:
    from zen_gc_core.cluster.connection import Connection

CONSTRAINED_SINCE: Final = (1, 36)
"""The first version that knows constrained impersonation (KEP-5284) without being told to."""

_DIGITS: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


def knows_constrained_impersonation(connection: Connection) -> bool:
    """Whether the server knows constrained impersonation; one whose version cannot be read does not.

    Raises:
        ClusterError: The server does not answer.
    """
    answer = connection.request("GET", "/version")
    if answer.status != 200:
        raise failure(answer, verb="get", resource="/version")
    document = answer.document()
    found = [_DIGITS.match(str(document.get(part, ""))) for part in ("major", "minor")]
    numbers = tuple(int(each[0]) for each in found if each is not None)
    return len(numbers) == len(found) and numbers >= CONSTRAINED_SINCE
