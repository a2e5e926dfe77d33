"""What is measured, each against a limit or a peer in the same run: `python -m bench.<name>`."""
