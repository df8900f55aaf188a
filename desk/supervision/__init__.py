"""What a supervisor sees of the floor and may do: figures, alarms, the wallboard, listening in."""
