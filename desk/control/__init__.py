"""What the desk does to a live call through the manager interface, for whatever phone is on it."""

from __future__ import annotations

from desk.control.calls import CallControl
from desk.control.consults import Consult, ConsultState
from desk.control.errors import PROBLEMS, ControlError
from desk.control.live import LiveCall

__all__ = ["PROBLEMS", "CallControl", "Consult", "ConsultState", "ControlError", "LiveCall"]
