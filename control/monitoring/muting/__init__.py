"""What keeps alerts from being told: silences, maintenance windows, inhibition."""
