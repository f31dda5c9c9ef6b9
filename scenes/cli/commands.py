"""The commands that this package brings to ``navbench scene``, for its entry points; imports nothing."""

IMPORT = ("scenes.cli.import_capture:import_", "Make a scene of a captured splat file.")
SHOW = ("scenes.cli.show:show", "Draw pictures of a scene: map, robot views, turntable.")
