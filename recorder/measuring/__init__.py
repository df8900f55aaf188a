"""Measures of a recording: who speaks when, talk-over, dead air, level and noise. NumPy alone."""

from recorder.measuring.course import Course as Course
from recorder.measuring.course import course_of as course_of
from recorder.measuring.measures import VERSION as VERSION
from recorder.measuring.measures import Measures as Measures
from recorder.measuring.measures import measure as measure
from recorder.measuring.measures import measure_samples as measure_samples
