# The poller says that the peer has ended after it has said ready.
# file: io/netpoll.c
/^void goro__netpoll_ready/,/^}/{
/^	if (hup)$/d
/store_seq(&pd->hup, 1u)/d
s/^}$/	if (hup)\n		store_seq(\&pd->hup, 1u);\n}/
}
