"""The command `plr`: commands, screens and messages."""
