"""How far a matte, and a repair, are from a known truth. Metrics in numpy alone, apart from any net."""
