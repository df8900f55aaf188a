"""What leaves the house: one caller's data, one call as a vCon."""
