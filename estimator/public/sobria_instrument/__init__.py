"""Counts of the calls that a Python service makes to models, sent to `sobria collect`: standard library only.

>>> import sobria_instrument
>>> counting = sobria_instrument.instrument("courrier", folder="/tmp/essai")
>>> counting.close()
"""

from sobria_instrument.calls import Counting as Counting
from sobria_instrument.calls import instrument as instrument
from sobria_instrument.litellm_logger import litellm_callback as litellm_callback

__all__ = ["Counting", "instrument", "litellm_callback"]
