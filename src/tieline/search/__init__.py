"""Finding people by what somebody types: names, numbers and addresses, by their beginning."""
