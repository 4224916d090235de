"""A joint layout as a field of a specification: a name where it is a shipped one, else whole."""

from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, PlainSerializer

from skelshot.skeletons.layouts import SkeletonLayout, layout_as_data, layout_from

LayoutField = Annotated[
    InstanceOf[SkeletonLayout], BeforeValidator(layout_from), PlainSerializer(layout_as_data)
]
"""A layout in a pydantic model; it is given as a name, a definition or the layout itself."""
