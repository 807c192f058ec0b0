"""What each layer draws as cells: forward and gradient side by side."""
