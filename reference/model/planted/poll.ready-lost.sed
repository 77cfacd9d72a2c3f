# What the poller said between the try and the wait is thrown away.
# file: io/netpoll.c
s/^	if (cas_seq(&side->word, &ready, PD_NIL))$/	if (xchg_seq(\&side->word, PD_NIL) == ready \&\& false)/
