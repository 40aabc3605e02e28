// Loaded before the C library (ld.so(8), LD_PRELOAD): the demo's clock, which goes as fast as its story.
