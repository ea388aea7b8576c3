"""Which of two effects is stronger, in words that hold for effects of either sign."""

from __future__ import annotations

from intimacy_scales.results.wording import shown


def effects_compared(effects: tuple[float, float], names: tuple[str, str], digits: int) -> str:
    """Return a comparison of two effects as a clause.

    "Higher" of two negative effects could mean either one; so they are called more or less negative, and
    effects of different signs are only stated.

    Examples
    --------
    >>> effects_compared((0.5, 0.3), ("on the wife", "on the husband"), 2)
    'is stronger on the wife (0.50) than on the husband (0.30)'
    >>> effects_compared((-0.5, -0.3), ("on the wife", "on the husband"), 2)
    'is more negative on the wife (-0.50) than on the husband (-0.30)'
    >>> effects_compared((-0.5, 0.3), ("on the wife", "on the husband"), 2)
    'is -0.50 on the wife and 0.30 on the husband'
    """
    (first, second), (of_first, of_second) = effects, (shown(effect, digits) for effect in effects)
    if first == second or min(effects) < 0 < max(effects):
        return f"is {of_first} {names[0]} and {of_second} {names[1]}"
    more, less = ("stronger", "weaker") if max(effects) > 0 else ("more negative", "less negative")
    word = more if abs(first) > abs(second) else less
    return f"is {word} {names[0]} ({of_first}) than {names[1]} ({of_second})"
