"""Values that cross a stage: plain, frozen, without behaviour beyond their own shape."""
