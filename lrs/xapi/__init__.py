"""The xAPI standard, 1.0.3 and 2.0: pure rules without I/O or framework."""
