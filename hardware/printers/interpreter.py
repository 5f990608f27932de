"""From bytes back to what a printer makes of them, line by line: for simulated printers.

It shares nothing with the encoding: it knows the commands by the maker's reference alone.
"""
