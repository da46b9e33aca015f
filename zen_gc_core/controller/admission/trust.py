"""Whether the API server trusts this replica's webhook, and what readiness makes of it.

A replica that nobody trusts must not be in the Service while others are trusted; but the webhook is no reason to stand
still: after two minutes it is Ready, and says so.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.webhook_log import WebhookLog

PATIENCE: Final = 120.0
"""Seconds for which a replica that is not trusted is not Ready."""


class Trust:
    """What is known of the trust; for one thread.

    Args:
        configuration: The name of the configuration that says whom to trust.
        metrics: Shows it.
        log: Says when it changes.
        ready: Told whether the replica may be sent policies.
        patience: Seconds for which it may not, while it is not trusted.
        clock: Seconds that pass.
    """

    def __init__(  # noqa: PLR0913  who is told, and its patience
        self,
        configuration: str,
        metrics: Metrics,
        log: WebhookLog,
        ready: Callable[[bool], None],
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configuration = configuration
        self._metrics = metrics
        self._log = log
        self._ready = ready
        self._patience = patience
        self._clock = clock
        self._since: float | None = None
        self._said: str | None = None
        metrics.webhook_trusted(trusted=False)

    def trusted(self) -> None:
        """The API server trusts this replica."""
        self._since = None
        self._metrics.webhook_trusted(trusted=True)
        self._ready(True)  # noqa: FBT003  the answer to its question
        if self._said != "":
            self._said = ""
            self._log.trusted(self._configuration)

    def nobody_asks(self, why: str) -> None:
        """There is no configuration that would send policies here."""
        self._since = None
        self._metrics.webhook_trusted(trusted=False)
        self._ready(True)  # noqa: FBT003  see above
        self._say(why)

    def distrusted(self, why: str) -> None:
        """There is a configuration, and it does not trust this replica."""
        self._metrics.webhook_trusted(trusted=False)
        over = self._waited()
        self._ready(over)
        self._say(f"{why}; Ready all the same, after {self._patience:g} s" if over else why)

    def unknown(self, why: str) -> None:
        """Nothing can be learned of it now: what was known holds, and time goes on."""
        self._ready(self._since is None or self._waited())
        self._say(why)

    def _waited(self) -> bool:
        now = self._clock()
        if self._since is None:
            self._since = now
        return now - self._since >= self._patience

    def _say(self, why: str) -> None:
        if self._said != why:
            self._said = why
            self._log.not_trusted(self._configuration, why)
