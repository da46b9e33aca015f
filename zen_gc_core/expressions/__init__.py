"""Text to compiled callable: CEL and JMESPath. No Kubernetes and no plugins in here.

Each language is loaded when it is first used, so that a policy without expressions does not wait for a compiler.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zen_gc_core.expressions import cel, jmespath

_LANGUAGES = ("cel", "jmespath")


def __getattr__(name: str) -> ModuleType:
    if name not in _LANGUAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


__all__ = ["cel", "jmespath"]
