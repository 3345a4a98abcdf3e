"""The access log page: entries, verification and export, for auditors."""
