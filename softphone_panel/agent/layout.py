"""How the parts share a terminal: narrow and wide (100 cells), short and tall (30 rows)."""

from __future__ import annotations

from typing import Final

WIDE: Final = 100
TALL: Final = 30

CSS: Final = """
#floor { height: 1fr; }
#work { width: 1fr; height: 1fr; }
#side { width: 40; height: 1fr; overflow: hidden; }
.-narrow #floor { layout: vertical; }
.-narrow #side { width: 1fr; height: auto; }
.-narrow CallerCard { border: none; background: $surface; }

.-short StateLine { height: 1; padding: 0 1; }
.-short Idle { padding: 0 2; }
.-short Choices { border: none; padding: 0 1; }
.-short WrapPane LongField { height: 3; }
.-short LongField { height: 2; }
.-short.-narrow Today { border: none; background: $surface; }
.-short.-narrow Notes { border: none; }
.-tall Offer { padding: 1 3; }
.-tall WrapPane { padding: 1 2; }
"""
"""These depend on the screen, which a widget's own rules cannot name."""
