"""Tables and texts for papers in APA style, made of results."""

from intimacy_scales.papers.making import paper_table
from intimacy_scales.papers.manuscripts import Manuscript, manuscript
from intimacy_scales.papers.methods import methods_section
from intimacy_scales.papers.paper_text import PaperText, Paragraph
from intimacy_scales.papers.results import results_section
from intimacy_scales.papers.table import PaperTable

__all__ = [
    "Manuscript",
    "PaperTable",
    "PaperText",
    "Paragraph",
    "manuscript",
    "methods_section",
    "paper_table",
    "results_section",
]
