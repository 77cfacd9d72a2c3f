# The call returns while the function of its deadline runs.
# file: wait/deadline.c
s/goro__timer_del_sync(&d->t);/goro__timer_del(\&d->t);/
