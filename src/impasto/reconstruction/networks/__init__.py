"""Networks that rebuild a picture in one pass, each written once for every engine (see impasto.engines.ops)."""
