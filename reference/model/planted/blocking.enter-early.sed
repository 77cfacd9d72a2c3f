# The P may be taken before its M has let go of it.
# file: sched/state.h
/^static inline void state_leave_p/,/^}/s/^	store_relaxed(&p->m, NULL);$/	store_seq(\&p->status, PSYSCALL);\n&/
