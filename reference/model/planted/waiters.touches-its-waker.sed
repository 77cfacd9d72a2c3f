# A select takes itself off the channel that woke it.
# file: wait/select.c
s/^		if (d != w)$/		if (d)/
