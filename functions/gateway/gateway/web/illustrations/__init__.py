"""Drawn pictures for products that have no photograph.

A drawing is a fragment of SVG in `drawings/`: 400 by 400 units, lit from the left, standing on y = 322 (what hangs
casts its shadow at 336). It names its colours in braces, from `colours.tones`; `vocabulary` says what it is called.
"""

from gateway.web.illustrations.drawing import draw

__all__ = ["draw"]
