"""Everything that can prove itself, proved."""
