"""Expeditor: orders in from any point of sale, tickets out to every station.

Start reading at `service.py`, which builds the parts, or at `kitchen/`, which decides.
"""

__version__ = "0.1.0"
