//go:build semaphore

package twins

import "golang.org/x/sync/semaphore"

var _ = twin("XL-006/dies", func() {
	semaphore.NewWeighted(1).Release(1)
})
