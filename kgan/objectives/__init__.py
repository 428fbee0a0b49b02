"""What players minimise: losses, and numbers that change with the images seen."""
