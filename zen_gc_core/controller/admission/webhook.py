"""The webhook of one replica: its listener, and the thread that looks after its certificates and who trusts them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Protocol

from zen_gc_core.cluster.threads import SupervisedThread
from zen_gc_core.cluster.webhooks import read_configuration
from zen_gc_core.controller.admission.contexts import distrust
from zen_gc_core.controller.admission.reviewing import LARGEST_REVIEW
from zen_gc_core.controller.process.addresses import parse_address
from zen_gc_core.controller.process.pages import Posts
from zen_gc_core.controller.process.serving import Server
from zen_gc_core.errors import ClusterError, InputError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.webhooks import Configuration
    from zen_gc_core.controller.admission.trust import Trust
    from zen_gc_core.controller.process.pages import Page
    from zen_gc_core.controller.telling.webhook_log import WebhookLog

PATH: Final = "/validate"
"""Where policies are sent to."""

SECONDS_BETWEEN_LOOKS: Final = 10.0
SECONDS_UNTIL_TRUSTED: Final = 2.0
"""How soon it is looked again while nobody trusts this replica."""

_SECONDS_TO_ANSWER: Final = 1.0
"""How long those who are being answered have when the program ends."""


class Keeps(Protocol):
    """Who keeps the certificates."""

    context: ssl.SSLContext | None

    def look(self, configuration: Configuration | None, *, readable: bool = True) -> Configuration | None:
        """See that there is a certificate, and that it is trusted where that is theirs to say."""


class Webhook:
    """The webhook of one replica.

    Args:
        address: Where it listens, as `parse_address` reads it.
        name: The name of the configuration.
        connection: The cluster.
        keeper: Who keeps the certificates.
        trust: Told who trusts it.
        answer: What answers a question.
        log: Says what it does.
        pause: Seconds between two looks at certificates and configuration, once it is trusted.

    Raises:
        InputError: The address is none.
        CannotListenError: It cannot be listened on.
    """

    def __init__(  # noqa: PLR0913  its parts
        self,
        address: str,
        name: str,
        connection: Connection,
        *,
        keeper: Keeps,
        trust: Trust,
        answer: Callable[[bytes], Page],
        log: WebhookLog,
        pause: float = SECONDS_BETWEEN_LOOKS,
    ) -> None:
        self._name = name
        self._connection = connection
        self._keeper = keeper
        self._trust = trust
        self._log = log
        self._pause = pause
        self._stopping = threading.Event()
        self._said = ""
        posts = Posts({PATH: answer}, LARGEST_REVIEW)
        self._server = Server(address, {}, posts, lambda: keeper.context)
        self.port: Final[int] = self._server.port
        """The port that is listened on."""
        self._at = parse_address(address)[0] or "127.0.0.1", self.port
        self.thread: Final = SupervisedThread(self._work, "look after the webhook")
        """The thread that looks after the certificates."""

    def start(self) -> None:
        """Begin to look after the certificates; until there is one, whoever connects is refused."""
        self.thread.start()
        self._log.serving(self.port, self._name)

    def close(self) -> None:
        """End it; who is being answered is answered."""
        self._stopping.set()
        self.thread.end()
        self._server.close(_SECONDS_TO_ANSWER)

    def _work(self) -> None:
        while not self._stopping.is_set():
            trusted = self._looked()
            self._stopping.wait(self._pause if trusted else min(self._pause, SECONDS_UNTIL_TRUSTED))

    def _looked(self) -> bool:
        """Look, whatever comes of it: neither the controller's health nor its readiness hangs on a configuration for ever."""
        try:
            return self.look()
        except Exception as error:  # noqa: BLE001  see above
            why = f"looking after the webhook failed ({type(error).__name__})"
            self._trust.distrusted(why)
            self._say(why)
            return False

    def look(self) -> bool:
        """Look after certificates and configuration once, and see who trusts this replica.

        Returns:
            Whether everybody does who sends policies here.
        """
        try:
            configuration = read_configuration(self._connection, self._name)
        except ClusterError as error:
            self._keep(None, readable=False)
            self._trust.unknown(f"the configuration cannot be read: {error}")
            return False
        configuration = self._keep(configuration)
        if configuration is None or not configuration.hooks:
            self._trust.nobody_asks("there is no such configuration" if configuration is None else "it has no webhooks")
        elif why := self._distrust(configuration):
            self._trust.distrusted(why)
        else:
            self._trust.trusted()
            return True
        return False

    def _keep(self, configuration: Configuration | None, *, readable: bool = True) -> Configuration | None:
        """Have the certificates looked after; why they cannot be is said once."""
        said = ""
        try:
            configuration = self._keeper.look(configuration, readable=readable)
        except (ClusterError, InputError) as error:
            said = str(error)
        self._say(said)
        return configuration

    def _say(self, why: str) -> None:
        if why and why != self._said:
            self._log.not_kept(why)
        self._said = why

    def _distrust(self, configuration: Configuration) -> str:
        """Why not all webhooks of a configuration trust this replica; empty when they do."""
        for hook in configuration.hooks:
            if not hook.hosts:
                return f"{hook.name} calls nobody"
            if why := distrust(hook.bundle, hook.hosts[0], self._at):
                return f"{hook.name}: {why}"
        return ""
