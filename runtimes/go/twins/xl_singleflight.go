//go:build singleflight

package twins

import "golang.org/x/sync/singleflight"

var _ = twin("XL-010/dies", func() {
	var f singleflight.Group
	<-f.DoChan("key", func() (any, error) { panic("from the call") })
	say("went on\n")
})

var _ = twin("XL-010/dies_shared", func() {
	var f singleflight.Group
	release := make(chan struct{})
	call := func() (any, error) {
		<-release
		panic("from the call")
	}
	go func() {
		defer func() { recover() }()
		f.Do("key", call)
	}()
	settle(1)
	result := f.DoChan("key", call)
	close(release)
	<-result
	say("went on\n")
})
