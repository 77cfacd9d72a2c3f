# Who parks does not look whether it was closed or late meanwhile.
# file: io/netpoll.c
s/^	if (unlikely(check(side->pd, mode_of(side)) != GORO_OK) &&$/	if (false \&\&/
