# The ring of a P that goes is left.
# file: sched/world.c
/^static void destroy_p/,/^}/s/(g = runq_pop(&gone->runq)) != NULL)/false)/
