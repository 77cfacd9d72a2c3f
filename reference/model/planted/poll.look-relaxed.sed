# The look at closed and late is not in one order with the word.
# file: io/netpoll.c
s/^	uint32_t info = load_seq(&pd->info);$/	uint32_t info = load_relaxed(\&pd->info);/
