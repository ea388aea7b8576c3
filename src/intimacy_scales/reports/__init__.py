"""Pages for people: the scores of one person in plain words."""

from intimacy_scales.reports.person import PersonReport, PersonScale, person_report

__all__ = ["PersonReport", "PersonScale", "person_report"]
