"""zen-gc's own notifications: one signed message for a run that has something to say, to a receiver of your choice.

Silent unless ``ZEN_GC_NOTIFY_DIR`` names a directory with the receiver's ``url`` and the ``key`` that signs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen_gc_core import hookimpl
from zen_gc_notifications.news import News
from zen_gc_notifications.sending import Sender

if TYPE_CHECKING:
    from zen_gc_core import RunReport

DIRECTORY: Final = "ZEN_GC_NOTIFY_DIR"
"""The environment variable that names the directory; a mounted Secret."""

_NEWS: Final = News()
_SENDER: Final = Sender()


@hookimpl
def zen_gc_run_finished(report: RunReport) -> None:
    """Send what is new of a run, on a thread of the plugin's own."""
    directory = os.environ.get(DIRECTORY)
    if directory and (message := _NEWS.of(report)) is not None:
        _SENDER.send(Path(directory), message)
