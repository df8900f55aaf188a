"""Calibration: how far evaluators of the same call are from the expert and from each other."""

from __future__ import annotations

from qa.calibrating.alpha import Metric, alpha
from qa.calibrating.session import Calibrated, Difference, calibrate

__all__ = ["Calibrated", "Difference", "Metric", "alpha", "calibrate"]
