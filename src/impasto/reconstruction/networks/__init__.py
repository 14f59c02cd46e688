"""Networks that rebuild a picture in one pass: the offline half of the survey's tree. Each is one text for every engine."""
