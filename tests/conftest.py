import signal

from hypothesis import settings

# A busy machine is no reason to fail, and most bugs show in the first few dozen examples.
settings.register_profile("quick", max_examples=50, deadline=None)
settings.load_profile("quick")

# A shell that starts the tests in the background has interrupts ignored, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
