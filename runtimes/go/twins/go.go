package twins

// The start of a goroutine.

var _ = twin("GO-016", func() {
	var f func()
	go f()
})
