"""Every fact of every call: append-only events, projections, readers."""
