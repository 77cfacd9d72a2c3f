#!/bin/sh
# for-tsan.sh - runs a command where ThreadSanitizer can start.
#
# Its shadow has fixed addresses, and a kernel that moves mappings by more than
# 28 bits collides with them; such a machine gets no randomisation.
set -eu

bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
if [ "$bits" -gt 28 ] && setarch -R true 2>/dev/null; then
	exec setarch -R "$@"
fi
exec "$@"
