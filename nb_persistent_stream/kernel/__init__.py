"""The driver's room: what produces streams and shows them in the kernel's own notebook."""
