# The poller says that the peer has ended after it has said ready.
# file: io/netpoll.c
/^void goro__netpoll_ready/,/^}/{
/^	if (over)$/d
/store_seq(&pd->over, 1u)/d
s/^}$/	if (over)\n		store_seq(\&pd->over, 1u);\n}/
}
