"""Films in and out, and how things move in them: decode, encode with sound, optical flow, warping, steadying.

Inside the house a frame is a picture like any other: float32 RGB in [0, 1], shape (H, W, 3), the right way up, with square
pixels. Nothing here imports PyAV or OpenCV before it is used.
"""
