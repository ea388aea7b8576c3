"""Which instrument was answered: shipped instruments and the user's own, compared with a table or file."""

from intimacy_scales.interop.recognition.recognize import recognize
from intimacy_scales.interop.recognition.result import Candidate, ColumnSet, Recognition

__all__ = ["Candidate", "ColumnSet", "Recognition", "recognize"]
