"""The records of the admission webhook: one method a phrase, as in `runlog`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.controller.process.forgiving import ForgivingLog
from zen_gc_core.controller.process.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from zen_gc_core.model.policy import PolicyReference, Problem


class WebhookLog:
    """Says what the admission webhook does, and who trusts it.

    Args:
        lost: Called for each record that cannot be written.
    """

    def __init__(self, lost: Callable[[], None] | None = None) -> None:
        self._log = ForgivingLog(logger(), lost)

    def serving(self, port: int, name: str) -> None:
        """The webhook answers.

        Args:
            port: On which port.
            name: The ValidatingWebhookConfiguration that sends policies there.
        """
        self._log.info("webhook serving", port=port, configuration=name)

    def reviewed(
        self, policy: PolicyReference, operation: str, errors: Collection[Problem], unchecked: Collection[str]
    ) -> None:
        """A policy was refused, or let pass unchecked."""
        told: dict[str, Any] = {"policy": policy.name, "namespace": policy.namespace, "kind": policy.kind}
        if unchecked:
            self._log.warning("policy not checked", **told, operation=operation, message=" ".join(unchecked))
        else:
            self._log.info("policy refused", **told, operation=operation, problems=[str(each) for each in errors])

    def not_reviewed(self, why: str) -> None:
        """Somebody posted what is no question."""
        self._log.warning("review not understood", message=why)

    def trusted(self, configuration: str) -> None:
        """The API server trusts this replica, by the configuration's bundle."""
        self._log.info("webhook trusted", configuration=configuration)

    def not_trusted(self, configuration: str, why: str) -> None:
        """It does not, or there is no configuration that would send anything here."""
        self._log.warning("webhook not trusted", configuration=configuration, message=why)

    def certificate_made(self, which: str, expires: datetime, why: str) -> None:
        """A certificate was made or read.

        Args:
            which: ``ca`` or ``leaf``.
            expires: Until when it is good.
            why: Why it was.
        """
        self._log.info("webhook certificate changed", which=which, expires=expires, message=why)

    def bundle_written(self, configuration: str, authorities: int) -> None:
        """The configuration was told whom to trust."""
        self._log.info("webhook bundle written", configuration=configuration, authorities=authorities)

    def not_kept(self, why: str) -> None:
        """The certificates could not be looked after; it is tried again."""
        self._log.warning("webhook not looked after", message=why)
