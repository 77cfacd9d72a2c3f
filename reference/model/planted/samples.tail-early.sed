# The reader gives the words back before it has zeroed them.
# file: diag/samples.c
/^bool goro__samples_take/,/^}/{
s/for (uint32_t i = 0; i < LEAD + to->depth; i++)/store_release(\&s->tail, at + LEAD + to->depth);\n\t&/
}
