"""The eye: the detector, how it is made and judged. Takes plain images, knows no camera."""
