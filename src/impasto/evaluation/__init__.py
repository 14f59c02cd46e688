"""How good is it? Distances to style and content of any picture, comparison sheets, reports. Imports no torch."""

from .evaluate import Evaluation, evaluate, evaluate_all
from .metrics import METRICS, Metric
from .report import comparison_report
from .sheets import Entry, contact_sheet, grid
from .stability import Stability, stability

__all__ = [
    "METRICS", "Entry", "Evaluation", "Metric", "Stability", "comparison_report", "contact_sheet", "evaluate",
    "evaluate_all", "grid", "stability",
]  # fmt: skip
