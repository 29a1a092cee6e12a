"""How the network's pictures and cells lie on the frame's pixels."""

SHRINK = 2  # frame pixels per network pixel
STRIDE_PX = 8  # frame pixels per cell
# A cell's middle in frame pixels: strided convolutions centre cell c on network pixel 4 c,
# and network pixel i is the mean of frame pixels 2 i and 2 i + 1.
CELL_ORIGIN_PX = 0.5
