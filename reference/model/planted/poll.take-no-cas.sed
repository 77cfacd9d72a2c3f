# Who wakes takes the goroutine out of the word by a store.
# file: io/netpoll.c
s/^		if (cas_seq(&side->word, &word, leave))$/		if (store_seq(\&side->word, leave), true)/
