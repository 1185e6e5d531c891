from hypothesis import settings

# A busy machine is no reason to fail, and most bugs show in the first few dozen examples.
settings.register_profile("quick", max_examples=50, deadline=None)
settings.load_profile("quick")
