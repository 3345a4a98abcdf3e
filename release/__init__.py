"""What goes with a release: the bill of materials and the provenance of the wheel."""
