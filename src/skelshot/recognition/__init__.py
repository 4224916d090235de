"""Recognition of people's own actions, and what is looked at before."""
