# A channel is freed though a select comes by once more.
# file: wait/chan.c
s/ \&\& c->stray == 0;$/;/
