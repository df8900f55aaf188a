"""What samples sound like, as the product's own measures want them."""

from __future__ import annotations

import numpy as np

from agi.prompts.sound import Samples, Signal


def to_float(samples: Samples) -> Signal:
    """16 bits to float +-1.0."""
    return samples.astype(np.float64) / 32768
