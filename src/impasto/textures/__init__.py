"""What must be copied: a texture model is a statistic; each offers a loss and, where known, a transform."""
