"""The ticket API over HTTP: a module per resource, one for who may, one for errors."""
