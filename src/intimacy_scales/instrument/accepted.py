"""An author's explanation of a finding of the linter."""

from __future__ import annotations

from intimacy_scales.instrument.base import Id, Part, Text


class Accepted(Part):
    """A finding that the author accepts, with the reason.

    Attributes
    ----------
    rule
        The rule's id.
    item
        The item that the finding is about; None: every finding of the rule.
    because
        Why the text stays as it is.
    bank
        Id of the bank that gives the explanation; filled in when a form takes an item, left out in files.

    Examples
    --------
    >>> Accepted(rule="absolute", item="mut06", because="The extreme is meant.").bank is None
    True
    """

    rule: Text
    item: Id | None = None
    because: Text
    bank: Id | None = None
