"""The few AWS calls of the hot path and of cold starts, without botocore's 156 ms of imports."""
