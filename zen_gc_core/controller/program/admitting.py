"""The admission webhook put together from the controller's parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.admission.mounted import Mounted
from zen_gc_core.controller.admission.reviewing import Reviewer
from zen_gc_core.controller.admission.self_signed import SelfSigned
from zen_gc_core.controller.admission.trust import Trust
from zen_gc_core.controller.admission.webhook import Webhook
from zen_gc_core.controller.telling.webhook_log import WebhookLog

if TYPE_CHECKING:
    from zen_gc_core.controller.program.health import Readiness
    from zen_gc_core.controller.runs.run_context import RunContext

WEBHOOK_TRUSTED: Final = "webhook-trusted"
"""The condition of readiness."""


def open_webhook(context: RunContext, namespace: str, readiness: Readiness) -> Webhook:
    """Make the webhook of this replica, which listens and is not started yet.

    Args:
        context: What runs of policies share: the same keywords, and the same grants.
        namespace: The controller's namespace, where the Secret of the certificates is.
        readiness: Told whether the API server trusts it.

    Raises:
        InputError: The address is none.
        CannotListenError: It cannot be listened on.
    """
    settings, metrics = context.settings, context.metrics
    log = WebhookLog(metrics.log_record_lost)
    reviewer = Reviewer(
        context.plugins.vocabulary,
        context.grants,
        log,
        metrics,
        missing_plugins=tuple(context.missing_plugins),
        watched=settings.watch_namespace,
    )
    return Webhook(
        settings.webhook_addr,
        settings.webhook_name,
        context.home,
        keeper=(
            Mounted(settings.webhook_cert_dir, metrics, log)
            if settings.webhook_tls == "files"
            else SelfSigned(context.home, settings.webhook_name, namespace, metrics, log)
        ),
        trust=Trust(settings.webhook_name, metrics, log, lambda holds: readiness.set(WEBHOOK_TRUSTED, holds=holds)),
        answer=reviewer.page,
        log=log,
    )
