"""Commands and services of recordings: keys, erasing, holds, recognised words."""
