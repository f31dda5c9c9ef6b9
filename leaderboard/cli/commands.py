"""The commands that this package brings to ``navbench``, for its entry points; imports nothing."""

LEADERBOARD = ("leaderboard.cli.board:leaderboard", "Rank runs and submissions, with how sure that is.")
SUBMIT = ("leaderboard.cli.submit:submit", "Pack a run for the leaderboard, and prove what is packed.")
