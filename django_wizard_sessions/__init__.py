"""A wizard pushes snapshots of its run; every open browser tab follows along."""

__version__ = "0.1.0"
