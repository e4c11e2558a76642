"""The soak: runs are started without end while workers are killed and servers restarted."""
