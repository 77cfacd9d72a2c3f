# The end of a call takes its P back by a look and a store.
# file: sched/state.h
s/if (!cas_acq_rel(&m->oldp->status, &in_call, PRUNNING))/if (load_acquire(\&m->oldp->status) != in_call || (store_release(\&m->oldp->status, PRUNNING), false))/
