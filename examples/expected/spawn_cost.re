process: [0-9.]+ us
thread: [0-9.]+ us
goroutine: [0-9.]+ us
