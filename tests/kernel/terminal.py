"""What a person would read in a terminal."""

import os


def read_terminal(here):
    """All that is printed until the other end is closed."""
    chunks = []
    try:
        while chunk := os.read(here, 65536):
            chunks.append(chunk)
    except OSError:  # on Linux a terminal ends so
        pass
    finally:
        os.close(here)
    return b"".join(chunks).decode().replace("\r\n", "\n")
