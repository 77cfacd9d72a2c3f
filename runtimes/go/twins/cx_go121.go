//go:build go1.21

package twins

import "context"

var _ = twin("CX-016/without_cancel", func() {
	_ = context.WithoutCancel(noContext)
})
