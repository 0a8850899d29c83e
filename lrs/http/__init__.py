"""The HTTP rooms: one module per resource; they translate, they never decide."""
