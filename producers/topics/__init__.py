"""Looking at the topics: how much is in them, how old it is, what the workers have not answered. No record is read."""
