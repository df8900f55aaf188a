"""The work of QA: draws, claims, scores, disputes, calibrations, remarks."""
