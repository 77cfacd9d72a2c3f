//go:build go1.25

/* version_bubble.c - bubbles, since Go 1.25. */
#include "_cgo_export.h"

const struct assay_bubble_ops assay_go_bubble = {
	.size = sizeof(assay_go_bubble),
	.run = goBubbleRun,
	.wait = goBubbleWait,
};
