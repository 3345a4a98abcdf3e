"""What the pages work with: connections, threads, monitors. No HTML, no widget."""
