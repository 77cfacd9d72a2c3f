# A P in a call is taken by a look and a store.
# file: sched/state.c
/^bool goro__retake/,/^}/s/if (!cas_acq_rel(&p->status, &in_call, PIDLE))/if (load_acquire(\&p->status) != in_call || (store_release(\&p->status, PIDLE), false))/
