"""The quality book: facts of quality work in chained streams, and what is told from them."""
