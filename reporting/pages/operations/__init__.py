"""The operations page: how the topics are, as `neoscore topics watch` tells it, for whoever runs the system."""
