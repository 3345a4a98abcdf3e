"""Similar clients: nearest in the model's own terms, told as a group, never one by one."""
