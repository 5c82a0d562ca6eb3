"""The nightly run: its shared context, orchestration, worker jobs and exit codes."""
