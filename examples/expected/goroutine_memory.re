[0-9]+\.[0-9] KiB for each of 10000 goroutines
