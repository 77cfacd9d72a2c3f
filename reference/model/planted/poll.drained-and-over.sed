# A read is left out though the peer's end came with the last bytes.
# file: io/fd.c
s/^	if (!f->drained || load_seq(&f->pd->hup))$/	if (!f->drained)/
