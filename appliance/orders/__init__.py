"""The order router: orders and their changes come in over TCP, answers go out."""
