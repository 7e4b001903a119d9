"""How much organisations may push."""
