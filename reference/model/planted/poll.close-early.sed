# A close does not wait for the last reference.
# file: io/fd.c
/^int goro__fd_close/,/^}/s/^	if (goro__fdmutex_decref(&f->mu))$/	if (goro__fdmutex_decref(\&f->mu) || true)/
