"""From which odds a fault of coding is called sure or probable."""

from typing import Final

SURELY: Final = 1.5  # log10 of posterior odds, from which a fault is called sure (97 %)
PROBABLY: Final = 1.0  # the same, from which it is called probable (91 %)
