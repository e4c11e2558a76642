"""Gates: what one comparison shows at once and no tenant does by itself is held until a person says so."""

from app.plugins.drift.gates.facts import CollectionFacts
from app.plugins.drift.gates.gate import Gate, Group
from app.plugins.drift.gates.order import GATES, groups_in
from app.plugins.drift.gates.shape import NAMES, Shape, shape_of

__all__ = ["GATES", "NAMES", "CollectionFacts", "Gate", "Group", "Shape", "groups_in", "shape_of"]
