"""Scripts as one would write them with a peer: each is run as a program of its own."""
