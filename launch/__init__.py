"""The command line, settings and the wiring of all rooms."""

import os

# OpenBLAS starts threads that spin at every small product; the ears need none of them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
