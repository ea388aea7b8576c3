"""What an author answers to a finding of the linter."""

from __future__ import annotations

from intimacy_scales.instrument.base import Id, Part, Text


class Accepted(Part):
    """A finding that the author knows of, with the reason for leaving things as they are.

    Attributes
    ----------
    rule
        The rule's id.
    item
        The item that the finding is about; None: wherever the rule finds something.
    because
        Why it stays.
    bank
        The bank that said so. Forms fill it in when they take an item; files leave it out.

    Examples
    --------
    >>> Accepted(rule="absolute", item="mut06", because="The extreme is meant.").bank is None
    True
    """

    rule: Text
    item: Id | None = None
    because: Text
    bank: Id | None = None
