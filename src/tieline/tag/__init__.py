"""Tags: the dictionary, the rules that put tags on people, and changes of many at once."""
