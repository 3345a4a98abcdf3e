"""The operations page: the status of the topics, as in `neoscore topics watch`, for operators."""
