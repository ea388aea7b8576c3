"""Changes from one version of an instrument to the next, as its file records them."""

from __future__ import annotations

from intimacy_scales.instrument.base import Id, Part, Text


class Change(Part):
    """The changes that one version made.

    An answer to an item that was reworded later is an answer to another question. `compare` finds the same
    changes between two instruments; for shipped instruments a test requires that both agree.

    Attributes
    ----------
    version, since
        The version, and the one before it.
    note
        What was changed and why, in words.
    reworded
        Items whose text changed.
    answered
        Items whose response scale changed.
    added, dropped
        Items that are new, and items that were removed.
    rekeyed
        Items that count in other scales, or in another direction.
    """

    version: Text
    since: Text
    note: Text | None = None
    reworded: tuple[Id, ...] = ()
    answered: tuple[Id, ...] = ()
    added: tuple[Id, ...] = ()
    dropped: tuple[Id, ...] = ()
    rekeyed: tuple[Id, ...] = ()
