-- What was prepared is on disk before a measurement begins.
checkpoint;
