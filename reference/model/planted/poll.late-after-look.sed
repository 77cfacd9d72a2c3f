# A deadline looks for who waits before it says that it has passed.
# file: io/netpoll.c
/^static void on_deadline/,/^}/{
s/^		publish_late(pd, mode_of(side), true);$/		g = take_waiter(side, PD_NIL);/
t
s/^		g = take_waiter(side, PD_NIL);$/		publish_late(pd, mode_of(side), true);/
}
