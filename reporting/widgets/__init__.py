"""Parts of the screen, one file each. A view shows what it is given and calls back what the advisor does."""
