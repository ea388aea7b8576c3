"""What changed from one version of an instrument to the next, as its file tells it."""

from __future__ import annotations

from intimacy_scales.instrument.base import Id, Part, Text


class Change(Part):
    """What a version changed.

    An answer to an item that was reworded since is an answer to another question. `compare` works out the
    same of two instruments, and a test holds both equal for shipped ones.

    Attributes
    ----------
    version, since
        The version, and the one before it.
    note
        What was changed and why, in words.
    reworded
        Items that ask something else, or in other words.
    answered
        Items that are answered on another response scale.
    added, dropped
        Items that are new, or gone.
    rekeyed
        Items that count in another scale, or in another direction.
    """

    version: Text
    since: Text
    note: Text | None = None
    reworded: tuple[Id, ...] = ()
    answered: tuple[Id, ...] = ()
    added: tuple[Id, ...] = ()
    dropped: tuple[Id, ...] = ()
    rekeyed: tuple[Id, ...] = ()
