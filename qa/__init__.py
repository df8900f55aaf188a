"""Quality: forms, answers from facts, sampling, calibration, figures. Pure: no storage."""
