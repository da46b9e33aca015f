"""The embedded cluster as its users see it: start, stop, connect, seed, look, and break on purpose.

The server runs in a thread of its own with an event loop of its own. Every method here may be called from
any other thread; what touches the state is handed over to the loop.
"""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import Future
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web

from zen_gc_embedded import seeding
from zen_gc_embedded.errors import NotRunningError, UnusableError
from zen_gc_embedded.faults import RequestLog
from zen_gc_embedded.rules.collecting import Collector
from zen_gc_embedded.rules.terminating import Terminator
from zen_gc_embedded.state import State
from zen_gc_embedded.store.objects import timestamp
from zen_gc_embedded.wire import routing
from zen_gc_embedded.wire.access import Access
from zen_gc_embedded.wire.bodies import present
from zen_gc_embedded.wire.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from types import TracebackType

    from zen_gc_embedded.faults import FaultHook

T = TypeVar("T")

_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_SEED_BATCH = 1_000


class EmbeddedCluster:
    """An API server in the process, for demonstrations and tests; use it as a context manager.

    Args:
        port: The port to listen on; 0 for a free one.
        host: The address to listen on.
        tokens: Bearer tokens and the users they stand for; without any, whoever brings none is ``system:admin``.
        anonymous: With tokens, the user for which a request without any stands; None refuses it. (kubectl sends
            no token over plain HTTP.)
        faults: Asked before each request what shall go wrong with it.
        version: The version that the server reports.
        continue_lifetime: How long continue tokens hold, in seconds.
        watch_window: How many changes of each resource a watch can go back, at least.
        bookmark_interval: Seconds between the bookmarks of a watch.
    """

    def __init__(  # noqa: PLR0913  a cluster has that many settings, all by name
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        tokens: Mapping[str, str] | None = None,
        anonymous: str | None = None,
        faults: FaultHook | None = None,
        version: str = "v1.36.3",
        continue_lifetime: float = 300.0,
        watch_window: int = 20_000,
        bookmark_interval: float = 60.0,
    ) -> None:
        self.requests = RequestLog()
        """The last 10,000 requests, oldest first."""
        self._address = (host, port)
        self._tokens = tokens
        self._state = State(watch_window, version)
        self._collector = Collector(self._state)
        self._terminator = Terminator(self._state)
        self._server = Server(
            self._state,
            self.requests,
            access=Access(tokens or {}, "system:admin" if tokens is None else anonymous),
            continue_lifetime=continue_lifetime,
            bookmark_interval=bookmark_interval,
        )
        self._server.faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.close()

    def start(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            OSError: The address cannot be had.
        """
        listening: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(listening)), name="embedded-cluster", daemon=True
        )
        self._thread.start()
        self._address = (self._address[0], listening.result())
        return self

    def close(self) -> None:
        """Stop the server; its watches end, and what it holds is gone. Calling it again does nothing."""
        loop, stop, thread = self._loop, self._stop, self._thread
        if loop is None or stop is None or thread is None:
            return
        self._loop = None
        loop.call_soon_threadsafe(stop.set)
        thread.join()

    @property
    def url(self) -> str:
        """Where the server listens, as ``http://HOST:PORT``."""
        return f"http://{self._address[0]}:{self._address[1]}"

    @property
    def faults(self) -> FaultHook | None:
        """The hook that is asked what shall go wrong; it may be set, or taken away with None, at any time."""
        return self._server.faults

    @faults.setter
    def faults(self, hook: FaultHook | None) -> None:
        self._server.faults = hook

    def kubeconfig(self) -> dict[str, Any]:
        """A kubeconfig for this cluster, with the first token when there are any."""
        user = {"token": next(iter(self._tokens))} if self._tokens else {}
        name = "embedded"
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": self.url}}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }

    def write_kubeconfig(self, path: Path | str) -> Path:
        """Write the kubeconfig to a file (JSON, which is YAML) that only its owner can read."""
        place = Path(path)
        place.touch(mode=0o600)
        place.write_text(json.dumps(self.kubeconfig(), indent=2), encoding="utf-8")
        return place

    def seed(self, objects: Iterable[Mapping[str, Any]]) -> int:
        """Put objects straight in, as they are: status, uid and creationTimestamp are kept where they are given.

        Missing namespaces are created, objects that are there already are replaced, and nothing is checked:
        owners need not exist.

        Args:
            objects: Whole objects, with ``apiVersion`` and ``kind``; read in batches, so that it may be long.

        Returns:
            How many objects there were.

        Raises:
            UnusableError: An object has no name, or a kind that is not served.
        """
        source = iter(objects)
        count = 0
        while batch := list(islice(source, _SEED_BATCH)):
            count += self._call(lambda batch=batch: self._seed(batch))  # type: ignore[misc]  # binds the batch
        return count

    def objects(self, kind: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """The objects that are there now, in the order of their keys.

        Args:
            kind: A plural (``pods``, ``jobs.batch``), kind or short name.
            namespace: The namespace; None for all.

        Raises:
            UnusableError: No resource has that name.
        """
        return self._call(lambda: self._read(kind, namespace))

    def backdate(self, path: str, created: datetime) -> None:
        """Give an object another creationTimestamp.

        Args:
            path: The URL path of the object (``/api/v1/namespaces/default/pods/x``).
            created: The new time of its creation, aware.

        Raises:
            UnusableError: The path is that of no object.
            StatusError: 404, it is not there.
        """
        self._call(lambda: self._backdate(path, timestamp(created)))

    def compact(self) -> None:
        """Forget the past, as etcd's compaction does: continue tokens and watches from before answer 410."""
        self._call(self._compact)

    def _seed(self, batch: list[Mapping[str, Any]]) -> int:
        self._collector.trusting = True
        try:
            return seeding.seed(self._state, batch)
        finally:
            self._collector.trusting = False

    def _read(self, kind: str, namespace: str | None) -> list[dict[str, Any]]:
        resource = self._state.registry.named(kind)
        snapshot = self._state.storage.store(resource.store).freeze()
        low, high = snapshot.span(namespace)
        return [present(resource, record) for record in snapshot.records[low:high]]

    def _backdate(self, path: str, created: str) -> None:
        route = routing.route(self._state.registry, routing.split(path))
        if route is None or not route.name:
            raise UnusableError(f"{path} is the path of no object")
        seeding.backdate(self._state, route.resource, route.namespace or "", route.name, created)

    def _compact(self) -> None:
        for _, store in self._state.storage.stores():
            store.forget()

    def _call(self, act: Callable[[], T]) -> T:
        loop = self._loop
        if loop is None:
            raise NotRunningError("the embedded cluster is not running: use it as a context manager")
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(act())
            except BaseException as error:  # noqa: BLE001  it is raised where the result is awaited
                done.set_exception(error)

        loop.call_soon_threadsafe(run)
        return done.result()

    async def _run(self, listening: Future[int]) -> None:
        runner = web.AppRunner(
            self._server.application(), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        try:
            for name in _NAMESPACES:
                seeding.ensure_namespace(self._state, name)
            await runner.setup()
            await web.TCPSite(runner, *self._address).start()
        except BaseException as error:  # noqa: BLE001  it is raised in the thread that starts the server
            await runner.cleanup()
            listening.set_exception(error)
            return
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        listening.set_result(int(runner.addresses[0][1]))
        await self._stop.wait()
        for _, store in self._state.storage.stores():
            store.close()
        await runner.cleanup()
