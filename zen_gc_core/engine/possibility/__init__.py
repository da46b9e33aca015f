"""What cannot be there, cannot match or cannot be equal: the one place that decides it, for every language of a policy.

What follows from Kubernetes' types is in ``object_types`` and ``metadata_types`` of ``zen_gc_core.model``; here paths, configurations, CEL and
JMESPath are held against them when a policy is read. What can never match is refused where not matching could
collect, and a warning elsewhere; a place that is in no object is refused in any case. Nothing here meets an object.
"""

from __future__ import annotations

from zen_gc_core.engine.possibility.findings import Finding
from zen_gc_core.engine.possibility.in_cel import findings_in_cel
from zen_gc_core.engine.possibility.in_jmespath import findings_in_jmespath
from zen_gc_core.engine.possibility.in_paths import checked_path, paths_in, shape_of

__all__ = ["Finding", "checked_path", "findings_in_cel", "findings_in_jmespath", "paths_in", "shape_of"]
