"""Methods that copy: pixels, blocks and patches of an example, put together anew."""
