# A sample's first word is written before the others.
# file: diag/samples.c
/^bool goro__samples_put/,/^}/{
s/store_relaxed(word(s, at + 1), from->count);/store_release(word(s, at), from->depth + 1u);\n&/
}
