"""What commands say: catalogues of words in both languages, lists, stories, refusals, progress."""
