"""The model page: how good and how fair the model is, what moves it, and whether it still meets the people it knows."""
