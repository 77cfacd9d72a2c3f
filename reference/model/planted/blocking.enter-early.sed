# The P may be taken before its M has let go of it.
# file: sched/syscall.c
/^	store_relaxed(&p->m, NULL);$/s/^/	store_seq(\&p->status, PSYSCALL);\n/
