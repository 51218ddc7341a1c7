"""A package, so that what runs for this folder alone ends with it (pytest's scope `package`)."""
