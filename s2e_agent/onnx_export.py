"""The policy as one ONNX graph with the published signature: k pictures and a goal in, H waypoints out.

===========  ================  =====================================================================
input        shape             what
===========  ================  =====================================================================
``obs_img``  (1, k, 3, h, w)   pictures, oldest first, red, green, blue in [0, 1]; k = 11, 256 x 256 for ``camera_ready``
``goal``     (1, 2)            goal point in the robot frame (x ahead, y left), metres; NaN: goal-free
``route``    (1, R, 2)         only for policies that take one: places along the way; NaN: none
===========  ================  =====================================================================

============  ===============  =====================================================================
output        shape            what
============  ===============  =====================================================================
``waypoints``  (1, H, 2)       mean path of the likeliest mode, metres in the robot frame
``paths``      (1, M, H, 2)    mean path of every mode
``scores``     (1, M)          score q of every mode
============  ===============  =====================================================================
"""
