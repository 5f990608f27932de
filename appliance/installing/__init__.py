"""Setting up: where the configuration is, how another takes its place, all of it as one file.

place     which configuration is for which data directory, and what it falls back on
writing   a document as TOML, with the comments of the file that was there
afar      what of it cannot be set over the network
draft     a document that is to be the configuration: what is wrong with it, what doubtful
current   the configuration that runs, and the next one: what the API is given
choices   what a person can choose from
transfer  all that makes this kitchen this kitchen, as one file
making    what of that is in the log
"""
