"""`explain`: a network and an image as one HTML page, to look at from the whole network down to each product."""

from striate.view.explainer.page import explain

__all__ = ["explain"]
