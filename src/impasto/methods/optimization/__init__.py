"""Online neural methods: optimise the pixels."""
